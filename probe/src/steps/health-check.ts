import { judgeAnswer } from '../health-answer.ts'
import { connected } from '../session.ts'
import type { Step } from './step.ts'

/** What does it say of the queue? */
export const healthCheck: Step = {
  name: 'health_check',
  isRepeatable: true,
  // A target without the tool has been told so by the step before.
  applies: ({ target, tools }) => target.steps.health_check !== null && (tools === null || tools.has('health_check')),
  async ask(session, signal) {
    const params = { name: 'health_check', arguments: session.target.steps.health_check ?? {} }
    // Not client.callTool(): it rejects an answer without structured content, and the contract is the judge here.
    const request = { method: 'tools/call' as const, params }
    const result = await connected(session).request(request, { signal, timeout: 2 ** 31 - 1 })
    const { verdict, findings, numbers } = judgeAnswer(result, session.serverName === 'queue-ops')
    session.learnt.findings = findings
    session.learnt.numbers = numbers
    return verdict
  },
}
