import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { JobSchedulerJson } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { OpenCatalogue } from './datasets/open-catalogue.ts'
import type { Schedule } from './datasets/schedule.ts'
import {
  EXPORT_JOB,
  type ExportData,
  type ExportJob,
  type ExportQueue,
  type ExportOutcome,
  type JobOptions,
} from './export-job.ts'
import { SCHEDULER } from './export-names.ts'
import type { ExportFiles } from './files/export-files.ts'
import { removeUnlessInUse } from './files/remove-unless-in-use.ts'
import { beyondKept } from './kept-results.ts'

/** How soon another version of the list is in force, or one that the store did not take is tried again. */
const LOOK_EVERY_MS = 2000

/** How soon schedulers are put back that somebody took away, in Bull Board or with the whole store. */
const APPLY_EVERY_MS = 10_000

/** Keeps the queue's schedulers as the catalogue wants them, whatever happens to file or store, until it is closed. */
export function startSchedules(
  queue: ExportQueue,
  catalogue: OpenCatalogue,
  options: JobOptions,
  log: Log,
): { close(): Promise<void> } {
  let applied: { schedules: Schedule[]; at: number } | null = null
  let applying: Promise<void> | null = null
  async function apply() {
    const wanted = catalogue.schedules()
    if (wanted === applied?.schedules && performance.now() - applied.at < APPLY_EVERY_MS) return
    try {
      await askStore(queue, () => applySchedules(queue, wanted, options))
      applied = { schedules: wanted, at: performance.now() }
    } catch (error) {
      log.warn(
        { event: 'schedules_not_applied', err: error },
        'the queue does not have the schedules yet: trying again',
      )
    }
  }
  const look = () => {
    applying ??= apply().finally(() => (applying = null))
  }
  look()
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    async close() {
      clearInterval(timer)
      await applying
    },
  }
}

/** More schedules than anybody has. */
export const MAX_LISTED = 10_000

/** BullMQ keeps so many completed jobs; files whose jobs are gone are found by the sweep, see sweeper.ts. */
const COMPLETED_LISTED = 1000

/**
 * Makes the queue's schedulers those of the list: what is new or different is put there, what is not listed any more is taken
 * away. What is there already stays as it is, so that a run that is due is not put off by a restart. Any number of instances
 * may do this at once as long as they have the same list and options.
 */
async function applySchedules(queue: ExportQueue, schedules: Schedule[], options: JobOptions): Promise<void> {
  const there = await queue.getJobSchedulers(0, MAX_LISTED)
  const ours = there.filter(({ key }) => key.startsWith(SCHEDULER))
  const wanted = new Set(schedules.map(({ name }) => SCHEDULER + name))
  for (const scheduler of ours) {
    if (!wanted.has(scheduler.key) && !wasAskedFor(scheduler)) await queue.removeJobScheduler(scheduler.key)
  }
  for (const schedule of schedules) {
    const known = ours.find(({ key }) => key === SCHEDULER + schedule.name)
    if (known && isTheSame(known, schedule, options)) continue
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
      { name: EXPORT_JOB, data, opts: options },
    )
  }
}

/** Whether a client wants it, rather than the file. */
export const wasAskedFor = ({ template }: JobSchedulerJson<ExportData>): boolean =>
  template?.data?.schedule?.by !== undefined

function isTheSame(
  { pattern, tz, template }: JobSchedulerJson<ExportData>,
  schedule: Schedule,
  options: JobOptions,
): boolean {
  const { schedule: kept, ...request } = template?.data ?? {}
  return (
    pattern === schedule.cron &&
    tz === schedule.timeZone &&
    kept?.keep === schedule.keep &&
    kept.by === undefined &&
    isDeepStrictEqual(request, JSON.parse(JSON.stringify(schedule.request))) &&
    // BullMQ adds some of its own.
    Object.entries(options).every(([name, value]) => isDeepStrictEqual(Object(template?.opts)[name], value))
  )
}

/**
 * Takes away what a schedule made except for the latest results: the files, and the jobs where the store can (not on
 * PostgreSQL, docs/postgres-preview.md). A file that is in use, or was a moment ago, is left for the next time, and so is
 * what cannot be taken away: nothing fails because of it. Runs that were cancelled are no results.
 */
export async function keepLatest(
  queue: ExportQueue,
  files: ExportFiles,
  { name, keep }: { name: string; keep: number },
  log: Log,
): Promise<void> {
  try {
    const completed = await queue.getCompleted(0, COMPLETED_LISTED - 1)
    const results = completed.flatMap((job) => {
      const file = fileOf(job)
      return file === null ? [] : [{ name: file, job }]
    })
    const removed: ExportJob[] = []
    for (const { name: file, job } of beyondKept(results, new Map([[name, keep]]))) {
      if ((await removeUnlessInUse(files, file)) !== 'in use') removed.push(job)
    }
    for (const job of removed) await queue.remove(job.id ?? '')
  } catch (error) {
    log.warn({ event: 'schedule_leftover', schedule: name, err: error }, 'older results of a schedule are still there')
  }
}

function fileOf({ returnvalue }: { returnvalue: ExportOutcome | null }): string | null {
  return returnvalue && 'file' in returnvalue ? returnvalue.file : null
}
