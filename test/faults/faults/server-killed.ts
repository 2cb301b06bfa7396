import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const serverKilled: Fault = {
  name: 'server killed',
  how: 'SIGKILL to the server; afterwards another one is started',
  system: { store: 'redis' },
  seenAs: ['unreachable'],
  window: AT_ONCE,
  async inject(system) {
    await system.server.stop('SIGKILL')
    return async () => system.front.towards((await system.startServer()).url)
  },
}
