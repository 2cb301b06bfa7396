import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

/** How a session begins in either era. */
const beginning = new Set(['initialize', 'notifications/initialized', 'server/discover'])

export const mcpWedged: Fault = {
  name: 'MCP wedged after initialize',
  how: 'initialize is answered, every later message never is; other addresses answer',
  system: { store: 'redis' },
  seenAs: ['timeout'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(async (_request, _response, rpc) => (rpc === null || beginning.has(rpc) ? 'pass' : 'done'))
    return async () => front.behave(async () => 'pass')
  },
}
