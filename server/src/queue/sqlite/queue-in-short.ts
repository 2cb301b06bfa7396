import { stateOf } from './inspecting.ts'
import { readMetrics, type Outcome } from './metrics.ts'
import { edge, lineOf, type Bounds } from './queue-facts.ts'
import type { QueueRow } from './queue-row.ts'
import { counterOf, publicName, State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** So many minutes of the counts are told. */
const MINUTES = 5

/**
 * What a table of all queues shows of one, found by the counters and the index of places. Times are milliseconds since 1970.
 *
 * @param without the id of a job that is no work
 */
export function queueInShort(tx: Transaction, queue: QueueRow, bounds: Bounds, without: string) {
  const left = queue.id === 0 ? null : stateOf(tx, queue, without)
  const states = Object.values(State)
  const line = lineOf(tx, queue, bounds, without)
  const newestOf = (state: State) => (queue.count(state) === 0 ? null : edge(tx, queue, state, 'DESC'))
  const [failed, completed, taken] = [State.failed, State.completed, State.active].map(newestOf)
  const minutes = { completed: minutesOf(tx, queue, 'completed'), failed: minutesOf(tx, queue, 'failed') }
  return {
    counts: Object.fromEntries(
      states.map((state) => [publicName[state], queue.count(state) - (publicName[state] === left ? 1 : 0)]),
    ) as Record<(typeof publicName)[keyof typeof counterOf], number>,
    paused: queue.paused,
    oldestWaitingAt: line.length === 0 ? null : Math.min(...line.map(({ readyAt }) => readyAt)),
    newestDeadLetter: failed ? { id: failed.id, at: failed.place } : null,
    newestCompletedAt: completed?.place ?? null,
    minutes: minutes.completed.total + minutes.failed.total === 0 ? null : minutes,
    movement: JSON.stringify([taken, failed, completed, minutes.completed.meta.count, minutes.failed.meta.count]),
  }
}

function minutesOf(tx: Transaction, queue: QueueRow, outcome: Outcome) {
  const [meta, data] = queue.id === 0 ? [[], []] : readMetrics(tx, queue, outcome, 0, MINUTES - 1)
  const [count = 0, prevTS = 0, prevCount = 0] = meta.map(Number)
  return { meta: { count, prevTS, prevCount }, data: data.map(Number), total: count }
}
