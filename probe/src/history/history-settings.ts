import { z } from 'zod'
import { duration } from '../config/words.ts'
import { defaultRetention, type Retention } from './retention.ts'

export interface HistorySettings {
  /** Null: beside the results. */
  file: string | null
  retention: Retention
}

const text = z.string().min(1)
const hour = 3_600_000
const day = 24 * hour
const { resultsMs, minutesMs, hoursMs, daysMs, incidentsMs } = defaultRetention

const Keep = z
  .strictObject({
    results: duration(hour, 30 * day).default(resultsMs),
    minutes: duration(hour, 90 * day).default(minutesMs),
    hours: duration(day, 1000 * day).default(hoursMs),
    days: duration(day, 3650 * day).default(daysMs),
    incidents: duration(day, 3650 * day).default(incidentsMs),
  })
  .transform((keep): Retention => ({
    resultsMs: keep.results,
    minutesMs: keep.minutes,
    hoursMs: keep.hours,
    daysMs: keep.days,
    incidentsMs: keep.incidents,
  }))

/** `history` in the file: the path, or the path and how long what is kept. */
export const HistorySettings = z.union([
  text.transform((file): HistorySettings => ({ file, retention: defaultRetention })),
  z
    .strictObject({ file: text.optional(), keep: Keep.prefault({}) })
    .transform(({ file = null, keep }): HistorySettings => ({ file, retention: keep })),
])
