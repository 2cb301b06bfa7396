import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const redisOutOfMemory: Fault = {
  name: 'Redis at maxmemory',
  how: 'CONFIG SET maxmemory to less than is in use: every write is refused, PING is answered',
  system: { store: 'redis' },
  seenAs: ['store_writable', 'store_settings'],
  window: AT_ONCE,
  async inject({ store }) {
    await store.redis().ask('CONFIG', 'SET', 'maxmemory', '100kb')
    return async () => void (await store.redis().ask('CONFIG', 'SET', 'maxmemory', '0'))
  },
}
