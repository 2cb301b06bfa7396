import { ListOperationsInput, ListOperationsOutput } from '../contract.ts'
import type { Operations } from '../operations/operations.ts'
import { MAX_ANSWER_BYTES, bytesInAnswer } from './answer-size.ts'
import { readOnly, type Tool } from './tool.ts'

export const listOperations = (
  operations: Operations,
): Tool<typeof ListOperationsInput, typeof ListOperationsOutput> => ({
  name: 'list_operations',
  title: 'List the operations',
  description: 'Tells who did what to queues and their jobs, with Bull Board too: what runs first, then the newest.',
  input: ListOperationsInput,
  output: ListOperationsOutput,
  annotations: readOnly,
  async handle({ limit = 20, ...page }) {
    for (let size = limit; ; size = Math.floor(size / 2)) {
      const output = await operations.list({ ...page, limit: size })
      if (size === 1 || bytesInAnswer(output) <= MAX_ANSWER_BYTES) return { output }
    }
  },
})
