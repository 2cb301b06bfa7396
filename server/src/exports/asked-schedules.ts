import { randomUUID } from 'node:crypto'
import type { JobSchedulerJson } from 'bullmq'
import { ScheduledRequest, type ListedSchedule, type ScheduleExportInput } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import type { OpenCatalogue } from './datasets/open-catalogue.ts'
import { refuseTiming } from './datasets/schedule.ts'
import { SCHEDULE_NAME } from './datasets/schedule-name.ts'
import { EXPORT_JOB, type ExportData, type ExportQueue, type JobOptions } from './export-job.ts'
import { SCHEDULER } from './export-names.ts'
import { refuseMistakes, refuseOptions } from './exports.ts'
import { MAX_LISTED, wasAskedFor } from './schedules.ts'

const KEEP = 7

/** A sixth one would be for seconds, which nobody needs a fresh file of. The datasets file may have it. */
const FIELDS = 5

/** What clients may have at a time: more are asked for by mistake. */
const MAX_ASKED = 100

/**
 * The exports that clients want again and again, beside those of the datasets file. They are BullMQ's job schedulers, which put
 * export jobs on the queue when their time has come; workers do the rest.
 */
export interface AskedSchedules {
  /**
   * Makes a schedule, or replaces the one of the same name. Rejects with OpsError `invalid_input`, `dataset_broken` or
   * `store_unavailable`.
   */
  put(wanted: ScheduleExportInput, by: string | null): Promise<ListedSchedule>
  /** Those of the file too, by name. Rejects with OpsError `store_unavailable`. */
  list(): Promise<ListedSchedule[]>
  /** Rejects with OpsError `not_found`, `invalid_input` (it is of the file, or somebody else's) or `store_unavailable`. */
  remove(name: string, by: string | null): Promise<void>
}

/** @param options how its jobs are tried and kept */
export function createAskedSchedules(
  queue: ExportQueue,
  catalogue: OpenCatalogue,
  options: JobOptions,
): AskedSchedules {
  const read = () => askStore(queue, () => queue.getJobSchedulers(0, MAX_LISTED))
  const find = async (name: string) => (await read()).find(({ key }) => key === SCHEDULER + name)
  const refuseOthers = (name: string, known: JobSchedulerJson<ExportData> | undefined, by: string | null) => {
    if (catalogue.schedules().some((schedule) => schedule.name === name))
      throw refused(`The schedule "${name}" stands in the datasets file: only its operator can change it`)
    if (known && wasAskedFor(known) && known.template?.data?.schedule?.by !== by)
      throw refused(`The schedule "${name}" is somebody else's: choose another name`)
  }
  return {
    async put({ name, cron, time_zone: timeZone, every_s: everyS, keep = KEEP, request: given }, by) {
      if (!new RegExp(`^${SCHEDULE_NAME}$`).test(name))
        throw refused('name must begin with a letter or digit and hold only letters, digits, "_" and "-"')
      const repeat = timing(cron, timeZone, everyS)
      const { dataset: named, ...request } = readRequest(given)
      const dataset = catalogue.pick(named)
      refuseOptions(request)
      await refuseMistakes(dataset, request)
      const all = await read()
      const known = all.find(({ key }) => key === SCHEDULER + name)
      refuseOthers(name, known, by)
      if (!known && all.filter(wasAskedFor).length >= MAX_ASKED)
        throw refused(`There are ${MAX_ASKED} schedules already: remove one with remove_schedule first`)
      const handle = known?.template?.data?.schedule?.handle ?? randomUUID()
      const owner = by === null ? {} : { owner: by }
      const data: ExportData = { dataset: dataset.name, ...request, ...owner, schedule: { name, keep, handle, by } }
      await askStore(queue, () =>
        queue.upsertJobScheduler(SCHEDULER + name, repeat, { name: EXPORT_JOB, data, opts: options }),
      )
      const put = await find(name)
      if (!put) throw refused(`The schedule "${name}" was removed by somebody else at the same moment`)
      return listed(put)
    },
    async list() {
      const all = await read()
      return all
        .filter(({ key }) => key.startsWith(SCHEDULER))
        .map(listed)
        .toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async remove(name, by) {
      const known = await find(name)
      refuseOthers(name, known, by)
      if (!known)
        throw new OpsError('not_found', 'There is no such schedule: list_schedules tells those that there are.')
      await askStore(queue, () => queue.removeJobScheduler(SCHEDULER + name))
    },
  }
}

const refused = (why: string) => new OpsError('invalid_input', `${why}.`)

function timing(cron: string | undefined, timeZone: string | undefined, everyS: number | undefined) {
  if ((cron === undefined) === (everyS === undefined)) throw refused('Give either cron or every_s')
  if (cron === undefined) {
    if (timeZone !== undefined) throw refused('time_zone is for cron: leave it out')
    return { every: (everyS ?? 0) * 1000 }
  }
  if (cron.trim().split(/\s+/).length !== FIELDS)
    throw refused('cron must be five fields, such as "0 6 * * 1-5": there is none for seconds')
  const tz = timeZone ?? 'UTC'
  refuseTiming(cron, tz, ([field], told) => {
    throw refused(`${field} ${told}`)
  })
  return { pattern: cron, tz }
}

function readRequest(given: Record<string, unknown>): ScheduledRequest {
  const { data, error } = ScheduledRequest.safeParse(given)
  if (data) return data
  const mistakes = error.issues.map(({ path, message }) => `${['request', ...path].join('.')}: ${message}`)
  throw refused(`Wrong arguments for schedule_export: ${mistakes.join('; ')}`)
}

function listed(scheduler: JobSchedulerJson<ExportData>): ListedSchedule {
  const { key, pattern, tz, every, next, template } = scheduler
  const { dataset = '', format = '', schedule } = template?.data ?? {}
  return {
    name: key.slice(SCHEDULER.length),
    cron: pattern ?? null,
    time_zone: tz ?? null,
    every_s: every === undefined ? null : Number(every) / 1000,
    keep: schedule?.keep ?? 0,
    dataset,
    format,
    next_run_at: next ? new Date(Number(next)).toISOString() : null,
    from_file: !wasAskedFor(scheduler),
  }
}
