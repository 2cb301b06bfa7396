import type { QueueRow } from './queue-row.ts'
import { nextDue } from './place.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** What keeps the reading cheap: how many active jobs are looked at, over which time and up to how many failed are counted. */
export interface Bounds {
  active: number
  latelyMs: number
  failedLately: number
}

/**
 * What is known of one queue beyond its counts, found by the index of places, so at the same price for ten jobs as for a
 * million. Times are milliseconds since 1970.
 *
 * @param without the id of a job that is no work: it is movement and nothing else
 */
export function queueFacts(tx: Transaction, queue: QueueRow, bounds: Bounds, without: string, now: number) {
  const active = activeJobs(tx, queue, bounds.active, now)
  const line = lineOf(tx, queue, without)
  const [next] = line
  const newest = [State.completed, State.failed].map((state) => edge(tx, queue, state, 'DESC'))
  const totals = totalsOf(tx, queue)
  return {
    oldestWaiting:
      line.toSorted((a, b) => a.readyAt - b.readyAt).map(({ id, readyAt }) => ({ id, readyAt }))[0] ?? null,
    nextDelayedAt: nextDue(tx, queue),
    active: active.filter(({ id }) => id !== without),
    deadLetters: {
      oldestAt: edge(tx, queue, State.failed, 'ASC')?.place ?? null,
      newestAt: newest[1]?.place ?? null,
      inFiveMinutes: failedSince(tx, queue, now - bounds.latelyMs, bounds.failedLately),
    },
    totals,
    schedulers: schedulersOf(tx, queue),
    pausedAt: queue.paused ? queue.pausedAt : null,
    movement: JSON.stringify([
      active.map(({ id, attemptsStarted }) => [id, attemptsStarted]),
      lastTaken(tx, queue),
      newest,
      totals,
      next && next.state === State.waiting && !next.lifo ? next.id : leftTheLine(queue),
    ]),
  }
}

function activeJobs(tx: Transaction, queue: QueueRow, limit: number, now: number) {
  const rows = tx
    .sql(
      'SELECT id, name, processed_at, lock_token IS NOT NULL AND lock_until > ?3 AS locked, stalled_count, attempts_started, progress FROM job WHERE queue = ?1 AND state = ?2 ORDER BY place LIMIT ?4',
    )
    .all(queue.id, State.active, now, limit)
  return rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    startedAt: row['processed_at'] === null ? null : Number(row['processed_at']),
    locked: row['locked'] === 1,
    stalledCount: Number(row['stalled_count']),
    attemptsStarted: Number(row['attempts_started']),
    progress: String(row['progress'] ?? '0'),
  }))
}

interface InLine {
  id: string
  state: State
  lifo: boolean
  readyAt: number
}

/** The next of those that wait, the last of them, and the next with a priority: as far as there are any. */
function lineOf(tx: Transaction, queue: QueueRow, without: string): InLine[] {
  const ends = [
    [State.waiting, 'ASC'],
    [State.waiting, 'DESC'],
    [State.prioritized, 'ASC'],
  ] as const
  return ends.flatMap(([state, order]) => {
    if (queue.count(state) === 0) return []
    const row = tx
      .sql(
        `SELECT id, opts ->> '$.lifo' AS lifo, coalesce(ready_at, added_at) + 0.0 AS ready_at FROM job WHERE queue = ? AND state = ? AND id <> ? ORDER BY place ${order} LIMIT 1`,
      )
      .get(queue.id, state, without)
    return row ? [{ id: String(row['id']), state, lifo: row['lifo'] === 1, readyAt: Number(row['ready_at']) }] : []
  })
}

/** The first or last job of a state whose place is a time. */
function edge(tx: Transaction, queue: QueueRow, state: State, order: 'ASC' | 'DESC') {
  const row = tx
    .sql(`SELECT id, place FROM job WHERE queue = ? AND state = ? ORDER BY place ${order}, key ${order} LIMIT 1`)
    .get(queue.id, state)
  return row ? { id: String(row['id']), place: Number(row['place']) } : null
}

function lastTaken(tx: Transaction, queue: QueueRow) {
  return tx
    .sql('SELECT id FROM job WHERE queue = ? AND state = ? ORDER BY place DESC LIMIT 1')
    .get(queue.id, State.active)?.['id']
}

function failedSince(tx: Transaction, queue: QueueRow, since: number, limit: number): number {
  const row = tx
    .sql('SELECT count(*) AS jobs FROM (SELECT 1 FROM job WHERE queue = ? AND state = ? AND place >= ? LIMIT ?)')
    .get(queue.id, State.failed, since, limit)
  return Number(row?.['jobs'])
}

function totalsOf(tx: Transaction, queue: QueueRow): { completed: number; failed: number } | null {
  const rows = tx.sql('SELECT kind, count FROM metric WHERE queue = ?').all(queue.id)
  const total = (kind: string) => Number(rows.find((row) => row['kind'] === kind)?.['count'] ?? 0)
  return rows.length === 0 ? null : { completed: total('completed'), failed: total('failed') }
}

function schedulersOf(tx: Transaction, queue: QueueRow) {
  const count = tx.sql('SELECT count(*) AS schedulers FROM scheduler WHERE queue = ?').get(queue.id)
  const first = tx
    .sql('SELECT id, next_run + 0.0 AS next_run FROM scheduler WHERE queue = ? ORDER BY next_run, id LIMIT 1')
    .get(queue.id)
  return {
    count: Number(count?.['schedulers']),
    first: first ? { id: String(first['id']), nextRunAt: Number(first['next_run']) } : null,
  }
}

const notTaken = [State.waiting, State.prioritized, State.delayed, State.waitingChildren]

/** How many jobs have left the line for good or for an attempt: adding one changes neither side of it. */
const leftTheLine = (queue: QueueRow) => queue.lastJob - notTaken.reduce((sum, state) => sum + queue.count(state), 0)
