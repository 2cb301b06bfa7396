import { createHash } from 'node:crypto'
import type { Compression } from '../contract.ts'
import { SCHEDULE_NAME } from './datasets/schedule-name.ts'
import type { ExportData } from './export-job.ts'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** The id of the BullMQ scheduler behind a schedule, and what it starts with. */
export const SCHEDULER = 'schedule-'

/**
 * The ids of export jobs: ours are UUIDs, those of jobs put on the queue by hand are numbers, and BullMQ calls those of a
 * scheduler `repeat:SCHEDULER:MILLIS`. Nothing else is let in.
 */
export const exportJobId = new RegExp(`^(?:${UUID}|\\d{1,15}|repeat:${SCHEDULER}${SCHEDULE_NAME}:\\d{13})$`)

/** What the file of an export is named after: the job's id, or the schedule with the time and what nobody can guess. */
export const exportStem = new RegExp(`^(?:${UUID}|\\d{1,15}|${SCHEDULE_NAME}-\\d{8}T\\d{6}Z-[0-9a-f]{32})$`)

/** Whether a job may have this id: those of schedules carry the schedule of the same name, and no others carry one. */
export const isExportId = (id: string, { schedule }: Pick<ExportData, 'schedule'>): boolean =>
  exportJobId.test(id) && (id.split(':')[1] ?? null) === (schedule ? SCHEDULER + schedule.name : null)

/** @param id is one by {@link isExportId} */
export function stemOf(id: string, { schedule }: Pick<ExportData, 'schedule'>): string {
  const dueAt = id.split(':')[2]
  if (!dueAt || !schedule) return id
  const time = new Date(Number(dueAt)).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const secret = createHash('sha256').update(`${schedule.handle} ${id}`).digest('hex').slice(0, 32)
  return `${schedule.name}-${time}-${secret}`
}

/** The job whose file is named so: the other way round as {@link stemOf}. Null when it is the name of no job's file. */
export function jobOfStem(stem: string): string | null {
  if (!exportStem.test(stem)) return null
  const [, name, day, time] = /^(.+)-(\d{8})T(\d{6})Z-[0-9a-f]{32}$/.exec(stem) ?? []
  if (!name || !day || !time) return stem
  const dueAt = Date.parse(`${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`)
  return `repeat:${SCHEDULER}${name}:${dueAt}`
}

/** The schedule that made the file, and when it was due, in milliseconds since 1970; null when it is of no schedule. */
export function scheduleOfFile(name: string): { schedule: string; dueAt: number } | null {
  const [, scheduler, dueAt] = jobOfStem(name.split('.')[0] ?? '')?.split(':') ?? []
  return scheduler && dueAt ? { schedule: scheduler.slice(SCHEDULER.length), dueAt: Number(dueAt) } : null
}

const endings: Record<Compression, string> = { none: '', gzip: '.gz', zstd: '.zst' }

/** The name of the file that a job makes. */
export const exportFileName = (id: string, data: ExportData): string =>
  `${stemOf(id, data)}.${data.format}${endings[data.compression ?? 'none']}`
