import type { Tables } from './history-file.ts'
import { levels } from './rollups.ts'

/** How long what is kept, in milliseconds. */
export interface Retention {
  resultsMs: number
  minutesMs: number
  hoursMs: number
  daysMs: number
  incidentsMs: number
}

const day = 86_400_000

/** For a target a run in 30 s this is about 6,000 results and 7,000 rollups: below 10 MB. */
export const defaultRetention: Retention = {
  resultsMs: 2 * day,
  minutesMs: 3 * day,
  hoursMs: 90 * day,
  daysMs: 730 * day,
  incidentsMs: 365 * day,
}

/** However short the intervals and however many the targets: about 100 MB of results. */
const MAX_RESULTS = 100_000
const MAX_INCIDENTS = 10_000

/** Takes away what is too old or too much. The room in the file is used again. */
export function prune(tables: Tables, now: number, keep: Retention, maxResults = MAX_RESULTS): void {
  tables.run('DELETE FROM results WHERE at < ?', now - keep.resultsMs)
  tables.run('DELETE FROM results WHERE id <= (SELECT max(id) FROM results) - ?', maxResults)
  for (const [level, ms] of [
    [levels.minute.number, keep.minutesMs],
    [levels.hour.number, keep.hoursMs],
    [levels.day.number, keep.daysMs],
  ] as const) {
    tables.run('DELETE FROM rollups WHERE level = ? AND start < ?', level, now - ms)
  }
  tables.run('DELETE FROM incidents WHERE closed_at < ?', now - keep.incidentsMs)
  tables.run(
    'DELETE FROM incidents WHERE closed_at IS NOT NULL AND id NOT IN (SELECT id FROM incidents ORDER BY opened_at DESC LIMIT ?)',
    MAX_INCIDENTS,
  )
  // A target that nothing is left of, and that was not seen of late.
  tables.run(
    `DELETE FROM targets WHERE json_extract(state, '$.seenAt') < ?
     AND NOT EXISTS (SELECT 1 FROM results WHERE target = targets.id)
     AND NOT EXISTS (SELECT 1 FROM rollups WHERE target = targets.id)`,
    now - keep.resultsMs,
  )
}
