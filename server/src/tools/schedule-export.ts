import { ListedSchedule, ScheduleExportInput } from '../contract.ts'
import type { AskedSchedules } from '../exports/asked-schedules.ts'
import type { Tool } from './tool.ts'

export const scheduleExport = (schedules: AskedSchedules): Tool<typeof ScheduleExportInput, typeof ListedSchedule> => ({
  name: 'schedule_export',
  title: 'Schedule an export',
  description:
    'Starts an export again and again, by cron or every so many seconds, until remove_schedule. list_exports tells its results.',
  input: ScheduleExportInput,
  output: ListedSchedule,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  handle: async (input, { principal }) => ({ output: await schedules.put(input, principal) }),
})
