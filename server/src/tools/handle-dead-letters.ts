import { HandleDeadLettersInput, HandleDeadLettersOutput, type OperationAction } from '../contract.ts'
import type { Operations } from '../operations/operations.ts'
import { askedBy } from './call.ts'
import type { Tool, ToolAnnotations } from './tool.ts'

type HandleDeadLetters = Tool<typeof HandleDeadLettersInput, typeof HandleDeadLettersOutput>

const handleDeadLetters = (
  operations: Operations,
  kind: OperationAction,
  words: Pick<HandleDeadLetters, 'name' | 'title' | 'description'>,
  annotations: ToolAnnotations,
): HandleDeadLetters => ({
  ...words,
  input: HandleDeadLettersInput,
  output: HandleDeadLettersOutput,
  annotations,
  async handle({ queue, confirm_token: token, rate_per_s: rate, ...selection }, call) {
    const request = { kind, queue, selection, principal: call.principal, askedBy: askedBy(call) }
    const output = token === undefined ? operations.preview(request) : operations.begin(request, token, rate ?? null)
    return { output: await output }
  },
})

export const retryDeadLetters = (operations: Operations): HandleDeadLetters =>
  handleDeadLetters(
    operations,
    'retry',
    {
      name: 'retry_dead_letters',
      title: 'Retry dead letters',
      description:
        'Puts dead letters back in line for one more attempt. Without confirm_token it only tells which, and gives the token; with it, it begins an operation.',
    },
    { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  )

export const discardDeadLetters = (operations: Operations): HandleDeadLetters =>
  handleDeadLetters(
    operations,
    'discard',
    {
      name: 'discard_dead_letters',
      title: 'Discard dead letters',
      description:
        'Deletes dead letters for ever. Without confirm_token it only tells which, and gives the token; with it, it begins an operation.',
    },
    { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  )
