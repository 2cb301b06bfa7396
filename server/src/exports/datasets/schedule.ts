import { CronExpressionParser } from 'cron-parser'
import type { StartExportInput } from '../../contract.ts'
import { ScheduleEntry } from './datasets-schema.ts'
import { check, refuseTwice, under, type Reading } from './reading.ts'

/** An export that is begun again and again. */
export interface Schedule {
  name: string
  /** Five fields, or six with seconds in front. */
  cron: string
  /** IANA name of the time zone in which `cron` is meant. */
  timeZone: string
  /** How many results are kept. */
  keep: number
  request: Omit<StartExportInput, 'dataset' | 'idempotency_key'> & { dataset: string }
}

/** @param datasets the names that the file lists; what they can give is seen when an export begins */
export function readSchedules(reading: Reading, given: unknown[], datasets: unknown[]): Schedule[] {
  const entries = given.map((one, at) => check(reading, ['schedules', at], ScheduleEntry, one))
  refuseTwice(
    reading,
    'schedules',
    entries.map((entry, at) => ({ name: entry?.name ?? `[${at}]` })),
  )
  return entries.flatMap((entry, at) => {
    if (!entry) return []
    const { mistake } = under(reading, ['schedules', at])
    const { name, cron, time_zone: timeZone, keep, ...request } = entry
    if (!datasets.includes(request.dataset)) mistake(['dataset'], `must be one of the datasets of this file`)
    if (request.format !== 'csv') refuseCsvOptions(request, mistake)
    if (!isTimeZone(timeZone)) mistake(['time_zone'], 'must be the name of a time zone, such as Europe/Amsterdam')
    else if (!isCron(cron, timeZone)) mistake(['cron'], 'must be five fields of cron, such as "0 6 * * 1-5"')
    return [{ name, cron, timeZone, keep, request }]
  })
}

function refuseCsvOptions(request: object, mistake: Reading['mistake']) {
  for (const option of ['delimiter', 'bom', 'formula_guard']) {
    if (option in request) mistake([option], 'is for csv: leave it out, or set format to csv')
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The parser that BullMQ uses takes fewer than five fields too, and then means something that nobody has in mind. */
function isCron(cron: string, tz: string): boolean {
  if (![5, 6].includes(cron.trim().split(/\s+/).length)) return false
  try {
    CronExpressionParser.parse(cron, { tz }).next()
    return true
  } catch {
    return false
  }
}
