import { RemoveScheduleInput, RemoveScheduleOutput } from '../contract.ts'
import type { AskedSchedules } from '../exports/asked-schedules.ts'
import type { Tool } from './tool.ts'

export const removeSchedule = (
  schedules: AskedSchedules,
): Tool<typeof RemoveScheduleInput, typeof RemoveScheduleOutput> => ({
  name: 'remove_schedule',
  title: 'Remove a schedule',
  description: 'Ends a schedule that schedule_export made; its results stay, and an export that runs goes on.',
  input: RemoveScheduleInput,
  output: RemoveScheduleOutput,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async handle({ name }, { principal }) {
    await schedules.remove(name, principal)
    return { output: { name, message: `The schedule "${name}" is removed.` } }
  },
})
