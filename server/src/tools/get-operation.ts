import { OperationInput, OperationOutput } from '../contract.ts'
import type { Operations } from '../operations/operations.ts'
import { readOnly, type Tool } from './tool.ts'

export const getOperation = (operations: Operations): Tool<typeof OperationInput, typeof OperationOutput> => ({
  name: 'get_operation',
  title: 'Get the status of an operation',
  description: 'Tells how far an operation on dead letters is. It is over when state is completed or failed.',
  input: OperationInput,
  output: OperationOutput,
  annotations: readOnly,
  handle: async ({ operation_id: id }) => ({ output: await operations.status(id) }),
})
