import type { DependenciesOpts, DependencyOpts, JobJson } from 'bullmq'
import { Dependency } from './dependencies.ts'
import { findByKey, findJob, findWholeJob, jobKey, toJobJson, type JobRow } from './job-row.ts'
import { placeAt } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { State, publicName, stateNamed } from './state.ts'
import type { Transaction } from './transaction.ts'

/**
 * A job as BullMQ asks for it. Of the keys in a flow it takes what is behind the last colon for the id, and so names a queue
 * that does not exist when the id has colons itself; the whole key is right all the same.
 */
function lookUp(tx: Transaction, queue: QueueRow, jobId: string): { queue: QueueRow; job: JobRow } | undefined {
  if (queue.id === 0) return findByKey(tx, jobKey(queue, jobId))
  const job = findJob(tx, queue, jobId)
  return job && { queue, job }
}

const keyOf = (tx: Transaction, queue: QueueRow, jobId: string) => lookUp(tx, queue, jobId)?.job.key ?? 0

export function stateOf(tx: Transaction, queue: QueueRow, jobId: string) {
  const job = lookUp(tx, queue, jobId)?.job
  return job ? publicName[job.state] : ('unknown' as const)
}

/** 0: not finished, 1: completed, 2: failed, -1: no such job; with the return value or reason when asked. */
export function isFinished(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  withValue: boolean,
): number | [number, string] {
  const job = findJob(tx, queue, jobId)
  const answer = (code: number, value: string): number | [number, string] => (withValue ? [code, value] : code)
  if (!job) return answer(-1, `Missing key for job ${queue.name}:${jobId}. isFinished`)
  if (job.state === State.completed) return answer(1, job.return_value ?? '')
  if (job.state === State.failed) return answer(2, job.failed_reason ?? '')
  return answer(0, '')
}

export function countJobs(
  tx: Transaction,
  queue: QueueRow,
  types: string[],
  delayedBefore: number | undefined,
): number[] {
  return types.map((type) => {
    const state = stateNamed(type)
    if (state === undefined) return 0
    if (state !== State.delayed || delayedBefore === undefined) return queue.count(state)
    const row = tx
      .sql('SELECT count(*) AS jobs FROM job WHERE queue = ? AND state = ? AND place < ?')
      .get(queue.id, State.delayed, placeAt(delayedBefore))
    return Number(row?.['jobs'])
  })
}

export function countByPriority(tx: Transaction, queue: QueueRow, priorities: number[]): number[] {
  return priorities.map((priority) => {
    if (priority === 0) return queue.count(State.waiting)
    const row = tx
      .sql('SELECT count(*) AS jobs FROM job WHERE queue = ? AND state = ? AND priority = ?')
      .get(queue.id, State.prioritized, priority)
    return Number(row?.['jobs'])
  })
}

/** What is a list on Redis: BullMQ reads those from the left and turns them round itself when asked for ascending order. */
const lists: (State | undefined)[] = [State.waiting, State.active]

/**
 * Ids of a state from `start` to `end`, both included, negative from the end. Ascending counts from those whose turn is
 * next.
 */
export function idsIn(
  tx: Transaction,
  queue: QueueRow,
  type: string,
  start: number,
  end: number,
  asc: boolean,
): string[] {
  const state = stateNamed(type)
  if (state === undefined || Number.isNaN(start) || Number.isNaN(end)) return []
  if (!Number.isInteger(start) || !Number.isInteger(end)) throw new Error('Jobs are counted from and to a whole number')
  const count = queue.count(state)
  const from = start < 0 ? Math.max(count + start, 0) : start
  const to = end < 0 ? count + end : end
  if (to < from) return []
  const order = asc ? 'ASC' : 'DESC'
  const rows = tx
    .sql(`SELECT id FROM job WHERE queue = ? AND state = ? ORDER BY place ${order}, key ${order} LIMIT ? OFFSET ?`)
    .all(queue.id, state, to - from + 1, from)
  const ids = rows.map((row) => String(row['id']))
  return asc && lists.includes(state) ? ids.toReversed() : ids
}

export function readJob(tx: Transaction, queue: QueueRow, jobId: string): JobJson | undefined {
  const found = queue.id === 0 ? lookUp(tx, queue, jobId) : { queue, job: { id: jobId } }
  const job = found && findWholeJob(tx, found.queue, found.job.id)
  return job && toJobJson(tx, job)
}

const statusOf: Record<string, Dependency> = {
  processed: Dependency.processed,
  unprocessed: Dependency.pending,
  ignored: Dependency.ignored,
  failed: Dependency.failed,
}

export function countDependencies(tx: Transaction, queue: QueueRow, jobId: string, types: string[]): number[] {
  const key = keyOf(tx, queue, jobId)
  return types.map((type) => {
    const row = tx
      .sql('SELECT count(*) AS children FROM dependency WHERE parent = ? AND status = ?')
      .get(key, statusOf[type] ?? Dependency.failed)
    return Number(row?.['children'])
  })
}

interface Child {
  key: string
  value: string | null
}

function children(tx: Transaction, parent: number, status: Dependency, offset = 0, limit = -1): Child[] {
  const rows = tx
    .sql(
      'SELECT child_key, value FROM dependency WHERE parent = ? AND status = ? ORDER BY since, child_key LIMIT ? OFFSET ?',
    )
    .all(parent, status, limit, offset)
  return rows.map((row) => ({
    key: String(row['child_key']),
    value: row['value'] === null ? null : String(row['value']),
  }))
}

/** Child key → what was kept of it, as stored. */
export function dependencyValues(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  status: Dependency,
): Record<string, string> {
  const key = keyOf(tx, queue, jobId)
  return Object.fromEntries(children(tx, key, status).map((child) => [child.key, child.value ?? '']))
}

const parsed = (list: Child[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, JSON.parse(value ?? 'null') as unknown]))
const texts = (list: Child[]) => Object.fromEntries(list.map(({ key, value }) => [key, value ?? '']))
const keys = (list: Child[]) => list.map(({ key }) => key)

/** The children of a job: all of them, or a page of each kind that is asked for. */
export function readDependencies(tx: Transaction, queue: QueueRow, jobId: string, opts: DependenciesOpts) {
  const parent = keyOf(tx, queue, jobId)
  const { processed, unprocessed, ignored, failed } = opts
  if (!processed && !unprocessed && !ignored && !failed) {
    return {
      processed: parsed(children(tx, parent, Dependency.processed)),
      unprocessed: keys(children(tx, parent, Dependency.pending)),
      ignored: texts(children(tx, parent, Dependency.ignored)),
      failed: keys(children(tx, parent, Dependency.failed)),
    }
  }
  const page = (status: Dependency, { cursor = 0, count = 20 }: DependencyOpts) => {
    const list = children(tx, parent, status, cursor, count)
    return { list, next: list.length < count ? 0 : cursor + count }
  }
  const p = processed && page(Dependency.processed, processed)
  const u = unprocessed && page(Dependency.pending, unprocessed)
  const i = ignored && page(Dependency.ignored, ignored)
  const f = failed && page(Dependency.failed, failed)
  return {
    ...(p && { processed: parsed(p.list), nextProcessedCursor: p.next }),
    ...(i && { ignored: texts(i.list), nextIgnoredCursor: i.next }),
    ...(f && { failed: keys(f.list), nextFailedCursor: f.next }),
    ...(u && { unprocessed: keys(u.list), nextUnprocessedCursor: u.next }),
  }
}

const pageable: Record<string, Dependency> = { dependencies: Dependency.pending, processed: Dependency.processed }

/** A page of a job's children by the key under which other stores keep them (`queue:id:dependencies` or `:processed`). */
export function paginate(
  tx: Transaction,
  listKey: string,
  { start, end, fetchJobs }: { start: number; end: number; fetchJobs?: boolean },
) {
  const colon = listKey.lastIndexOf(':')
  const status = pageable[listKey.slice(colon + 1)]
  const parent = status === undefined ? undefined : findByKey(tx, listKey.slice(0, colon))?.job.key
  if (status === undefined || parent === undefined) return { cursor: '0', items: [], total: 0, jobs: [] }
  const total = Number(
    tx.sql('SELECT count(*) AS children FROM dependency WHERE parent = ? AND status = ?').get(parent, status)?.[
      'children'
    ],
  )
  const list = children(tx, parent, status, start, end < 0 ? -1 : end - start + 1)
  const items = list.map(({ key, value }) =>
    status === Dependency.processed ? { id: key, ...parseValue(value) } : { id: key },
  )
  const jobs = fetchJobs ? list.flatMap(({ key }) => jobsByKey(tx, key)) : []
  return { cursor: '0', items, total, jobs }
}

function parseValue(value: string | null): { v?: unknown; err?: string } {
  try {
    return { v: JSON.parse(value ?? 'null') as unknown }
  } catch (error) {
    return { err: error instanceof Error ? error.message : String(error) }
  }
}

function jobsByKey(tx: Transaction, key: string): JobJson[] {
  const found = findByKey(tx, key)
  const job = found && findWholeJob(tx, found.queue, found.job.id)
  return job ? [toJobJson(tx, job)] : []
}

/** Throws for a name that is no state, as BullMQ does. */
export function isInState(tx: Transaction, queue: QueueRow, jobId: string, name: string): boolean {
  const state = stateNamed(name)
  if (state === undefined && name !== 'paused') throw new Error(`Unknown job state: ${name}`)
  return state !== undefined && findJob(tx, queue, jobId)?.state === state
}
