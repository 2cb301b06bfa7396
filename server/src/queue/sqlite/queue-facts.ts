import { Dependency } from './dependencies.ts'
import { findByKey } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { nextDue } from './place.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** What keeps the reading cheap: how many jobs of a state are looked at, over which time and up to how many failed are counted. */
export interface Bounds {
  active: number
  delayed: number
  parents: number
  childrenOfParent: number
  nextPrioritized: number
  lastPrioritized: number
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
  const line = lineOf(tx, queue, bounds, without)
  const [next] = line
  const newest = [State.completed, State.failed].map((state) => edge(tx, queue, state, 'DESC'))
  const totals = totalsOf(tx, queue)
  return {
    // A file is read as a whole or not at all.
    unread: {},
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
    holds: holdsOf(queue, now),
    retried: [
      ...[...line, ...delayedJobs(tx, queue, bounds.delayed)].map((job) => ({ ...triesIn(job), isActive: false })),
      ...active.map(({ id, attemptsFailed: failed, startedAt: takenAt }) => ({ id, failed, takenAt, isActive: true })),
    ].filter(({ failed }) => failed > 0),
    stranded: strandedParent(tx, queue, bounds),
    done: { newest: newest[0] ? JSON.stringify(newest[0]) : null, vanished: without === '' ? vanished(queue) : null },
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
      'SELECT id, name, processed_at, lock_token IS NOT NULL AND lock_until > ?3 AS locked, stalled_count, attempts_started, attempts_made, progress FROM job WHERE queue = ?1 AND state = ?2 ORDER BY place LIMIT ?4',
    )
    .all(queue.id, State.active, now, limit)
  return rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    startedAt: row['processed_at'] === null ? null : Number(row['processed_at']),
    locked: row['locked'] === 1,
    stalledCount: Number(row['stalled_count']),
    attemptsStarted: Number(row['attempts_started']),
    attemptsFailed: Number(row['attempts_made']),
    progress: String(row['progress'] ?? '0'),
  }))
}

interface Tried {
  id: string
  failed: number
  takenAt: number | null
}

interface InLine extends Tried {
  state: State
  lifo: boolean
  readyAt: number
}

const tries = 'id, attempts_made, processed_at + 0.0 AS taken_at'

const triedOf = (row: Record<string, unknown>): Tried => ({
  id: String(row['id']),
  failed: Number(row['attempts_made']),
  takenAt: row['taken_at'] === null ? null : Number(row['taken_at']),
})

const triesIn = ({ id, failed, takenAt }: Tried): Tried => ({ id, failed, takenAt })

/** The next of those that wait, the last of them, and the first and last with a priority: as far as there are any. */
export function lineOf(
  tx: Transaction,
  queue: QueueRow,
  bounds: Pick<Bounds, 'nextPrioritized' | 'lastPrioritized'>,
  without: string,
): InLine[] {
  const ends = [
    [State.waiting, 'ASC', 1],
    [State.waiting, 'DESC', 1],
    [State.prioritized, 'ASC', bounds.nextPrioritized],
    [State.prioritized, 'DESC', bounds.lastPrioritized],
  ] as const
  return ends.flatMap(([state, order, limit]) => {
    if (queue.count(state) === 0) return []
    const rows = tx
      .sql(
        `SELECT ${tries}, opts ->> '$.lifo' AS lifo, coalesce(ready_at, added_at) + 0.0 AS ready_at FROM job WHERE queue = ? AND state = ? AND id <> ? ORDER BY place ${order} LIMIT ?`,
      )
      .all(queue.id, state, without, limit)
    return rows.map((row) => ({ ...triedOf(row), state, lifo: row['lifo'] === 1, readyAt: Number(row['ready_at']) }))
  })
}

/** Those that are due next. */
function delayedJobs(tx: Transaction, queue: QueueRow, limit: number): Tried[] {
  if (queue.count(State.delayed) === 0) return []
  return tx
    .sql(`SELECT ${tries} FROM job WHERE queue = ? AND state = ? ORDER BY place LIMIT ?`)
    .all(queue.id, State.delayed, limit)
    .map(triedOf)
}

/** The first parent whose pending children have all failed for good, of those that have waited for longest. */
function strandedParent(tx: Transaction, queue: QueueRow, bounds: Bounds): { id: string; child: string } | null {
  if (queue.count(State.waitingChildren) === 0) return null
  const parents = tx
    .sql('SELECT key, id FROM job WHERE queue = ? AND state = ? ORDER BY place LIMIT ?')
    .all(queue.id, State.waitingChildren, bounds.parents)
  for (const parent of parents) {
    const children = tx
      .sql('SELECT child_key FROM dependency WHERE parent = ? AND status = ? LIMIT ?')
      .all(Number(parent['key']), Dependency.pending, bounds.childrenOfParent)
      .map((row) => findByKey(tx, String(row['child_key']))?.job)
    const [first] = children
    if (first && children.every((child) => child?.state === State.failed))
      return { id: String(parent['id']), child: first.id }
  }
  return null
}

/** A limit that a worker has as its option is known by its counter alone, which is only there while it counts. */
function holdsOf(queue: QueueRow, now: number) {
  const { concurrency, max } = queue.meta
  const { count, until } = queue.limiter
  const isLimited = until > now && count >= Number(max ?? 1)
  return {
    concurrency: concurrency === undefined ? null : Number(concurrency),
    limitedUntil: isLimited ? until : null,
  }
}

/** The first or last job of a state whose place is a time. */
export function edge(tx: Transaction, queue: QueueRow, state: State, order: 'ASC' | 'DESC') {
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

/** How many that were ever added are in no state any more. */
const vanished = (queue: QueueRow) =>
  leftTheLine(queue) - [State.active, State.completed, State.failed].reduce((sum, state) => sum + queue.count(state), 0)

const notTaken = [State.waiting, State.prioritized, State.delayed, State.waitingChildren]

/** How many jobs have left the line for good or for an attempt: adding one changes neither side of it. */
const leftTheLine = (queue: QueueRow) => queue.lastJob - notTaken.reduce((sum, state) => sum + queue.count(state), 0)
