import { OperationInput, OperationOutput } from '../contract.ts'
import type { Operations } from '../operations/operations.ts'
import { askedBy } from './call.ts'
import type { Tool } from './tool.ts'

export const cancelOperation = (operations: Operations): Tool<typeof OperationInput, typeof OperationOutput> => ({
  name: 'cancel_operation',
  title: 'Cancel an operation',
  description: 'Stops an operation on dead letters; what it has done stays done.',
  input: OperationInput,
  output: OperationOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  handle: async ({ operation_id: id }, call) => ({ output: await operations.cancel(id, askedBy(call)) }),
})
