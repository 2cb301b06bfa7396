import { CronExpressionParser } from 'cron-parser'
import type { StartExportInput } from '../../contract.ts'
import { ScheduleEntry } from './datasets-schema.ts'
import { check, refuseTwice, under, watching, type Reading } from './reading.ts'

/** An export that is begun again and again. */
export interface Schedule {
  name: string
  /** Where it stands in the file. */
  line: number
  /** Five fields, or six with seconds in front. */
  cron: string
  /** IANA name of the time zone in which `cron` is meant. */
  timeZone: string
  /** How many results are kept. */
  keep: number
  request: Omit<StartExportInput, 'dataset' | 'idempotency_key'> & { dataset: string }
}

/**
 * Those without a mistake.
 *
 * @param datasets the names that the file lists, null when it has no list; what they can give is seen when an export begins
 */
export function readSchedules(reading: Reading, given: unknown[], datasets: unknown[] | null): Schedule[] {
  const entries = given.map((one, at) => check(reading, ['schedules', at], ScheduleEntry, one))
  refuseTwice(
    reading,
    'schedules',
    entries.map((entry, at) => ({ name: entry?.name ?? `[${at}]` })),
  )
  return entries.flatMap((entry, at) => {
    if (!entry || entries.findIndex((other) => other?.name === entry.name) !== at) return []
    const where = ['schedules', at]
    const { mistake, isWrong } = watching(under(reading, where))
    const { name, cron, time_zone: timeZone, keep, ...request } = entry
    if (datasets && !datasets.includes(request.dataset))
      mistake(['dataset'], `must be one of the datasets of this file`)
    if (request.format !== 'csv') refuseCsvOptions(request, mistake)
    refuseTiming(cron, timeZone, mistake)
    return isWrong() ? [] : [{ name, line: reading.yaml.positionOf(where).line, cron, timeZone, keep, request }]
  })
}

/** When a schedule comes next. */
export const nextRun = ({ cron, timeZone }: Schedule): Date => nextOf(cron, timeZone)

function refuseCsvOptions(request: object, mistake: Reading['mistake']) {
  for (const option of ['delimiter', 'bom', 'formula_guard']) {
    if (option in request) mistake([option], 'is for csv: leave it out, or set format to csv')
  }
}

/** Tells what is wrong with a time zone or with when something comes in it, to go on behind the name of the field. */
export function refuseTiming(
  cron: string,
  timeZone: string,
  mistake: (field: ['cron' | 'time_zone'], told: string) => void,
) {
  if (isTimeZone(timeZone)) refuseCron(cron, timeZone, mistake)
  else mistake(['time_zone'], 'must be the name of a time zone, such as Europe/Amsterdam')
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The parser that BullMQ uses takes fewer than five fields too, and then means something that nobody has in mind. */
function refuseCron(cron: string, timeZone: string, mistake: (field: ['cron'], told: string) => void) {
  const fields = cron.trim().split(/\s+/)
  const comes = (fields: string[]) => {
    try {
      return nextOf(fields.join(' '), timeZone).getTime() > 0
    } catch {
      return false
    }
  }
  const isCounted = [5, 6].includes(fields.length)
  if (isCounted && comes(fields)) return
  // Days and months are right, but not together, as on the 30th of February.
  const [day, month] = [fields.length - 3, fields.length - 2]
  if (isCounted && comes(fields.with(day, '*')) && comes(fields.with(month, '*')))
    mistake(['cron'], 'never comes: there is no such day in any of its months')
  else mistake(['cron'], 'must be five fields of cron, such as "0 6 * * 1-5"')
}

const nextOf = (cron: string, tz: string): Date => CronExpressionParser.parse(cron, { tz }).next().toDate()
