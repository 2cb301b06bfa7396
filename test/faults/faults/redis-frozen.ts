import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const redisFrozen: Fault = {
  name: 'Redis frozen',
  how: 'SIGSTOP to redis-server: connections stay open, nothing answers',
  system: { store: 'redis' },
  seenAs: ['queue_redis'],
  window: AT_ONCE,
  async inject({ store }) {
    store.redis().freeze()
    return async () => store.redis().thaw()
  },
}
