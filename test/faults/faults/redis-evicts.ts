import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const redisEvicts: Fault = {
  name: 'eviction policy not noeviction',
  how: 'CONFIG SET maxmemory-policy allkeys-lru; nothing has been thrown away yet',
  system: { store: 'redis' },
  seenAs: ['store_settings'],
  window: AT_ONCE,
  async inject({ store }) {
    await store.redis().ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    return async () => void (await store.redis().ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction'))
  },
}
