import type { QueueRow } from './queue-row.ts'
import type { Transaction } from './transaction.ts'

const MINUTE_MS = 60_000

export type Outcome = 'completed' | 'failed'

/** Counts a finished job; every new minute adds a point with what came since the last one. */
export function collectMetrics(
  tx: Transaction,
  queue: QueueRow,
  outcome: Outcome,
  maxPoints: number,
  now: number,
): void {
  const row = tx.sql('SELECT * FROM metric WHERE queue = ? AND kind = ?').get(queue.id, outcome)
  if (!row || row['previous_at'] === null) {
    const count = Number(row?.['count'] ?? 0) + 1
    tx.sql('INSERT OR REPLACE INTO metric (queue, kind, count, previous_at) VALUES (?, ?, ?, ?)').run(
      queue.ensure(),
      outcome,
      count,
      now,
    )
    return
  }
  const before = Number(row['count'])
  const minutes = Math.min(Math.floor(now / MINUTE_MS) - Math.floor(Number(row['previous_at']) / MINUTE_MS), maxPoints)
  if (minutes <= 0) {
    tx.sql('UPDATE metric SET count = count + 1 WHERE queue = ? AND kind = ?').run(queue.id, outcome)
    return
  }
  const quiet: number[] = Array.from({ length: minutes - 1 }, () => 0)
  const points = [...quiet, before - Number(row['previous_count']), ...(JSON.parse(String(row['points'])) as number[])]
  tx.sql(
    'UPDATE metric SET count = count + 1, previous_at = ?, previous_count = ?, points = ? WHERE queue = ? AND kind = ?',
  ).run(now, before, JSON.stringify(points.slice(0, maxPoints)), queue.id, outcome)
}

/** Totals, the points from `start` to `end` (newest first, both included, negative from the end), number of points. */
export function readMetrics(
  tx: Transaction,
  queue: QueueRow,
  outcome: Outcome,
  start: number,
  end: number,
): [meta: string[], points: string[], total: number] {
  const row = tx.sql('SELECT * FROM metric WHERE queue = ? AND kind = ?').get(queue.id, outcome)
  if (!row) return [[], [], 0]
  const points = JSON.parse(String(row['points'])) as number[]
  const shown = points.slice(start, end === -1 ? undefined : end + 1)
  return [[row['count'], row['previous_at'] ?? 0, row['previous_count']].map(String), shown.map(String), points.length]
}
