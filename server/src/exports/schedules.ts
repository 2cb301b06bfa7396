import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { JobSchedulerJson } from 'bullmq'
import type { Log } from '../log.ts'
import { EXPORT_JOB, exportJobOptions, type ExportData, type ExportQueue } from './export-job.ts'
import { SCHEDULER } from './export-names.ts'
import type { ExportFiles } from './files/export-files.ts'

/** An export that is begun again and again. */
export interface Schedule {
  name: string
  /** Five or six fields, as BullMQ's `pattern`. */
  cron: string
  /** IANA name of the time zone in which `cron` is meant. */
  timeZone: string
  /** How many results are kept. */
  keep: number
  request: Omit<ExportData, 'schedule' | 'cancelled'>
}

/** More schedules than anybody has. */
const MAX_LISTED = 10_000

/** BullMQ keeps so many completed jobs. */
const COMPLETED_LISTED = 1000

/**
 * Makes the queue's schedulers those of the list: what is new or different is put there, what is not listed any more is taken
 * away. What is there already stays as it is, so that a run that is due is not put off by a restart. Any number of instances
 * may do this at once as long as they have the same list.
 */
export async function applySchedules(
  queue: ExportQueue,
  schedules: Schedule[],
  attempts: number,
  backoffMs: number,
): Promise<void> {
  const there = await queue.getJobSchedulers(0, MAX_LISTED)
  const ours = there.filter(({ key }) => key.startsWith(SCHEDULER))
  const wanted = new Set(schedules.map(({ name }) => SCHEDULER + name))
  for (const { key } of ours) if (!wanted.has(key)) await queue.removeJobScheduler(key)
  for (const schedule of schedules) {
    const known = ours.find(({ key }) => key === SCHEDULER + schedule.name)
    if (known && isTheSame(known, schedule)) continue
    const data: ExportData = {
      ...schedule.request,
      schedule: {
        name: schedule.name,
        keep: schedule.keep,
        handle: known?.template?.data?.schedule?.handle ?? randomUUID(),
      },
    }
    await queue.upsertJobScheduler(
      SCHEDULER + schedule.name,
      { pattern: schedule.cron, tz: schedule.timeZone },
      { name: EXPORT_JOB, data, opts: exportJobOptions(attempts, backoffMs) },
    )
  }
}

function isTheSame({ pattern, tz, template }: JobSchedulerJson<ExportData>, schedule: Schedule): boolean {
  const { schedule: kept, ...request } = template?.data ?? {}
  return (
    pattern === schedule.cron &&
    tz === schedule.timeZone &&
    kept?.keep === schedule.keep &&
    isDeepStrictEqual(request, JSON.parse(JSON.stringify(schedule.request)))
  )
}

/**
 * Takes away what a schedule made before, except for the latest ones; to be called when another result is about to be
 * recorded. Nothing fails because of it: what is left over goes with the next one.
 */
export async function keepLatest(
  queue: ExportQueue,
  files: ExportFiles,
  { name, keep }: { name: string; keep: number },
  log: Log,
): Promise<void> {
  try {
    const completed = await queue.getCompleted(0, COMPLETED_LISTED - 1)
    const before = completed.filter((job) => job.data.schedule?.name === name)
    const newestFirst = before.toSorted((a, b) => (b.finishedOn ?? 0) - (a.finishedOn ?? 0))
    for (const job of newestFirst.slice(Math.max(keep - 1, 0))) {
      if ('file' in job.returnvalue) await files.remove(job.returnvalue.file)
      await job.remove()
    }
  } catch (error) {
    log.warn({ event: 'schedule_leftover', schedule: name, err: error }, 'older results of a schedule are still there')
  }
}
