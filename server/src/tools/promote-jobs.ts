import { HandleDeadLettersOutput, PromoteJobsInput } from '../contract.ts'
import type { Operations } from '../operations/operations.ts'
import { askedBy } from './call.ts'
import type { Tool } from './tool.ts'

export const promoteJobs = (operations: Operations): Tool<typeof PromoteJobsInput, typeof HandleDeadLettersOutput> => ({
  name: 'promote_jobs',
  title: 'Promote delayed jobs',
  description:
    'Puts delayed jobs in line now. Without confirm_token it only tells which, and gives the token; with it, it begins an operation.',
  input: PromoteJobsInput,
  output: HandleDeadLettersOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async handle({ queue, confirm_token: token, rate_per_s: rate, ...selection }, call) {
    const request = { kind: 'promote' as const, queue, selection }
    const asked = { ...request, principal: call.principal, askedBy: askedBy(call) }
    return {
      output: await (token === undefined ? operations.preview(asked) : operations.begin(asked, token, rate ?? null)),
    }
  },
})
