import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const serverFrozen: Fault = {
  name: 'server frozen',
  how: 'SIGSTOP to the server: connections are made, nothing is answered',
  system: { store: 'redis' },
  seenAs: ['timeout'],
  window: AT_ONCE,
  async inject({ server }) {
    server.process.kill('SIGSTOP')
    return async () => void server.process.kill('SIGCONT')
  },
}
