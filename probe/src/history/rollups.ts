import type { CheckStatus, HistoryResolution, HistoryRollup, ProbeResult } from '@queue-ops/server/contract'
import type { Row, Tables } from './history-file.ts'

/** The levels by the length of what they sum up; the number is what stands in the file. */
export const levels = {
  minute: { number: 1, ms: 60_000 },
  hour: { number: 2, ms: 3_600_000 },
  day: { number: 3, ms: 86_400_000 },
} as const satisfies Record<Exclude<HistoryResolution, 'raw'>, { number: number; ms: number }>

export type Level = keyof typeof levels

const upsert = `
  INSERT INTO rollups VALUES (?, ?, (SELECT id FROM targets WHERE name = ?), 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    runs = runs + 1,
    warn = warn + excluded.warn,
    fail = fail + excluded.fail,
    unknown = unknown + excluded.unknown,
    shortest = min(shortest, excluded.shortest),
    total = total + excluded.total,
    longest = max(longest, excluded.longest),
    dead_letters = coalesce(max(dead_letters, excluded.dead_letters), dead_letters, excluded.dead_letters),
    waiting = coalesce(max(waiting, excluded.waiting), waiting, excluded.waiting),
    canary = coalesce(max(canary, excluded.canary), canary, excluded.canary)`

/** Adds a result to the minute, the hour and the day that it began in. */
export function addToRollups(tables: Tables, result: ProbeResult): void {
  const at = Date.parse(result.time)
  const is = (status: CheckStatus) => Number(result.status === status)
  const { duration_ms: ms, dead_letters, waiting, canary_ms } = result
  for (const level of Object.values(levels)) {
    const start = Math.floor(at / level.ms) * level.ms
    tables.run(
      upsert,
      level.number,
      start,
      result.target,
      is('warn'),
      is('fail'),
      is('unknown'),
      ms,
      ms,
      ms,
      dead_letters,
      waiting,
      canary_ms,
    )
  }
}

/** A row of the table, joined with the name of its target, as it leaves the process. */
export function asRollup(row: Row): HistoryRollup {
  const [runs, warn, fail, unknown] = [row['runs'], row['warn'], row['fail'], row['unknown']].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  return {
    target: String(row['name']),
    start: new Date(Number(row['start'])).toISOString(),
    runs,
    warn,
    fail,
    unknown,
    status: fail > 0 ? 'fail' : warn > 0 ? 'warn' : unknown > 0 ? 'unknown' : 'pass',
    duration_ms: {
      min: Number(row['shortest']),
      avg: Math.round((Number(row['total']) / runs) * 10) / 10,
      max: Number(row['longest']),
    },
    dead_letters_max: numberOrNull(row['dead_letters']),
    waiting_max: numberOrNull(row['waiting']),
    canary_ms_max: numberOrNull(row['canary']),
  }
}

const numberOrNull = (value: Row[string] | undefined) => (value === null || value === undefined ? null : Number(value))
