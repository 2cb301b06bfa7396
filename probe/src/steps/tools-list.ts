import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { StepFailure } from '../failure.ts'
import type { Session } from '../session.ts'
import type { Step } from './step.ts'

const needed = ['start_export', 'get_export_status', 'health_check']
const maxPages = 50

/** Does it offer the tools that agents rely on? */
export const toolsList: Step = {
  name: 'tools_list',
  async ask(session, request) {
    const offered = await toolNames(session, request)
    const missing = needed.filter((name) => !offered.has(name))
    if (missing.length > 0) throw new StepFailure(`does not offer ${missing.join(', ')}`)
    return undefined
  },
}

async function toolNames({ client }: Session, request: RequestOptions): Promise<Set<string>> {
  const names = new Set<string>()
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const params = cursor === undefined ? {} : { cursor }
    // Not client.listTools(): it also compiles every output schema, and a tool of no interest could fail the step.
    const result = await client.request({ method: 'tools/list', params }, ListToolsResultSchema, request)
    for (const tool of result.tools) names.add(tool.name)
    cursor = result.nextCursor
    if (cursor === undefined) return names
  }
  throw new StepFailure(`its list of tools has more than ${maxPages} pages`)
}
