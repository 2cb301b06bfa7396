import type { Fault } from '../fault.ts'
import { NEWSLETTERS, startNewsletters } from '../newsletters.ts'
import { AT_ONCE } from '../windows.ts'

export const watchedStoreFull: Fault = {
  name: 'Redis at maxmemory, with QUEUES',
  how: 'CONFIG SET maxmemory to less than is in use, while a queue of another application is watched too',
  system: { store: 'redis', env: { QUEUES: NEWSLETTERS } },
  seenAs: ['store_writable', 'store_settings'],
  window: AT_ONCE,
  async prepare(system) {
    startNewsletters(system)
  },
  async inject({ store }) {
    await store.redis().ask('CONFIG', 'SET', 'maxmemory', '100kb')
    return async () => void (await store.redis().ask('CONFIG', 'SET', 'maxmemory', '0'))
  },
}
