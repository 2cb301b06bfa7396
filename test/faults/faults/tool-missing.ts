import type { Fault } from '../fault.ts'
import { withTools } from '../mcp-answers.ts'
import { AT_ONCE } from '../windows.ts'

export const toolMissing: Fault = {
  name: 'tool missing',
  how: 'start_export is not in the answer to tools/list any more, the other tools are',
  system: { store: 'redis' },
  seenAs: ['tool_missing'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(withTools((tools) => tools.filter(({ name }) => name !== 'start_export')))
    return async () => front.behave(async () => 'pass')
  },
}
