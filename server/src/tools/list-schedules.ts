import { ListSchedulesInput, ListSchedulesOutput } from '../contract.ts'
import type { AskedSchedules } from '../exports/asked-schedules.ts'
import { pageWithin } from './answer-size.ts'
import { readOnly, type Tool } from './tool.ts'

export const listSchedules = (
  schedules: AskedSchedules,
): Tool<typeof ListSchedulesInput, typeof ListSchedulesOutput> => ({
  name: 'list_schedules',
  title: 'List the schedules',
  description: 'Lists the exports that start again and again, and when they do next.',
  input: ListSchedulesInput,
  output: ListSchedulesOutput,
  annotations: readOnly,
  async handle(page) {
    const { items, nextCursor } = pageWithin(
      await schedules.list(),
      ({ name }) => name,
      page,
      (one) => one,
    )
    return { output: { schedules: items, next_cursor: nextCursor } }
  },
})
