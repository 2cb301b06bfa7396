import type { Fault } from '../fault.ts'
import { withTools } from '../mcp-answers.ts'
import { AT_ONCE } from '../windows.ts'

export const toolsListEmpty: Fault = {
  name: 'tools/list empty',
  how: 'the server answers tools/list with no tools, and everything else as before',
  system: { store: 'redis' },
  seenAs: ['tool_missing'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(withTools(() => []))
    return async () => front.behave(async () => 'pass')
  },
}
