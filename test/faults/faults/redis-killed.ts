import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const redisKilled: Fault = {
  name: 'Redis killed',
  how: 'SIGKILL to redis-server, started again on its data afterwards',
  system: { store: 'redis' },
  seenAs: ['queue_redis'],
  window: AT_ONCE,
  async inject({ store }) {
    await store.redis().stop('SIGKILL')
    return () => store.redis().start()
  },
}
