import { CallToolResultSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { HealthReport } from '@queue-ops/server/contract'
import { StepFailure } from '../failure.ts'
import { oneLine } from '../sentence.ts'
import { judge } from '../verdict.ts'
import type { Step } from './step.ts'

/** What does it say of the queue? */
export const healthCheck: Step = {
  name: 'health_check',
  async ask({ client }, request) {
    const params = { name: 'health_check', arguments: {} }
    // Not client.callTool(): it rejects an answer without structured content, and the contract is the judge here.
    const result = await client.request({ method: 'tools/call', params }, CallToolResultSchema, request)
    return judge(readReport(result))
  },
}

/** A report is believed whether or not the answer is marked as an error: unhealthy answers are marked. */
function readReport(result: CallToolResult): HealthReport {
  const texts = result.content.flatMap((item) => (item.type === 'text' ? [item.text] : []))
  const answer = result.structuredContent ?? texts.map(parseJson).find((json) => json !== undefined)
  if (answer === undefined) {
    const words = oneLine(texts.join(' '), 200)
    if (result.isError === true) throw new StepFailure(`reported an error: ${words || 'no reason given'}`)
    throw new StepFailure(`answered no health report${words === '' ? '' : `: ${words}`}`)
  }
  const report = HealthReport.safeParse(answer)
  if (report.success) return report.data
  const wrong = new Set(report.error.issues.map((issue) => issue.path.join('.') || 'the whole'))
  throw new StepFailure(`answered something that is not a health report (wrong: ${[...wrong].slice(0, 3).join(', ')})`)
}

/** Undefined when the text is not a JSON object. */
function parseJson(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}
