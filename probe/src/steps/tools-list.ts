import { StepFailure } from '../failure.ts'
import { connected, type Session } from '../session.ts'
import type { Step } from './step.ts'

const own = 'queue-ops'
const exportTools = ['start_export', 'get_export_status']
const maxPages = 50

/** Does it offer the tools that agents rely on? */
export const toolsList: Step = {
  name: 'tools_list',
  isRepeatable: true,
  applies: ({ target }) => target.steps.tools_list,
  async ask(session, signal) {
    const offered = await toolNames(session, signal)
    session.tools = offered
    if (offered.size === 0) throw new StepFailure('tool_missing', 'offers no tools at all')
    const missing = expectedTools(session).filter((name) => !offered.has(name))
    if (missing.length === 0) return undefined
    return { status: 'fail', reason: 'tool_missing', message: `does not offer ${missing.join(', ')}` }
  },
}

function expectedTools({ target, serverName }: Session): string[] {
  if (target.expectedTools !== null) return target.expectedTools
  const asked = target.steps.health_check === null ? [] : ['health_check']
  return serverName === own ? [...exportTools, ...asked] : asked
}

async function toolNames(session: Session, signal: AbortSignal): Promise<Set<string>> {
  const names = new Set<string>()
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const params = cursor === undefined ? {} : { cursor }
    // Not client.listTools(): it keeps answers for later, and collects the pages before anything of them is seen.
    const result = await connected(session).request({ method: 'tools/list', params }, { signal, timeout: 2 ** 31 - 1 })
    for (const tool of result.tools) names.add(tool.name)
    cursor = result.nextCursor
    if (cursor === undefined) return names
  }
  throw new StepFailure('protocol_error', `its list of tools has more than ${maxPages} pages`)
}
