import type { JobType, Queue } from 'bullmq'
import { JobState } from '../contract.ts'
import type { FleetReading } from './fleet-reading.ts'
import type { QueueFacts, StoreFacts } from './queue-facts.ts'

/** How many jobs a queue has in each state. */
export interface QueueCounts {
  counts: Record<JobState, number>
  paused: boolean
}

/**
 * How one kind of store is read. Nothing of this changes a queue; every call rejects like any call to the store.
 *
 * `without` is the id of one job that is no work (the canary): it is not counted and not told of, though its way through the
 * queue is movement. It has to be put in front of all others (`lifo`) and to go away when it is over.
 */
export interface FactsReader {
  readCounts(queue: Queue, without?: string): Promise<QueueCounts>
  readFacts(queue: Queue, without?: string): Promise<QueueFacts | 'unsupported'>
  readStore(queue: Queue): Promise<StoreAnswer>
  /** All queues at once, on the connection of the first, on which it has to be the only one that reads the fleet. */
  readFleet(queues: FleetQueues, without: string): Promise<FleetReading>
  /** The newest dead letters, newest first, without what the jobs carry, which may be megabytes. */
  readDeadLetters(queue: Queue, limit: number): Promise<ReadDeadLetter[]>
}

export interface ReadDeadLetter {
  id: string
  name: string
  reason: string
  attempts: number
  /** Milliseconds since 1970, null when nobody wrote it down. */
  failedAt: number | null
}

/** That of the exports first. */
export type FleetQueues = readonly [Queue, ...Queue[]]

export interface StoreAnswer {
  /** How long the smallest read took. */
  latencyMs: number
  /** Null when the store tells nothing of itself. */
  facts: StoreFacts | null
}

/** Makes the smallest read and gives what it answered with the time that it took. */
export async function timed<T>(read: () => Promise<T>): Promise<{ answer: T; latencyMs: number }> {
  const began = performance.now()
  const answer = await read()
  return { answer, latencyMs: performance.now() - began }
}

/** BullMQ's types of version 6 do not have it, its PostgreSQL does. */
const PAUSED = 'paused' as JobType

/** For stores that find a job's state without a search. */
export async function countByGetters(queue: Queue, without?: string): Promise<QueueCounts> {
  const [counts, paused, left] = await Promise.all([
    queue.getJobCounts(...JobState.options, PAUSED),
    queue.isPaused(),
    without === undefined ? null : queue.getJobState(without),
  ])
  // Where the jobs of a paused queue are told apart, they wait all the same.
  const aside = (state: JobState) => (state === 'waiting' ? (counts[PAUSED] ?? 0) : 0)
  return { counts: countsOf((state) => (counts[state] ?? 0) + aside(state) - (state === left ? 1 : 0)), paused }
}

export const countsOf = (count: (state: JobState) => number): Record<JobState, number> =>
  Object.fromEntries(JobState.options.map((state) => [state, count(state)])) as Record<JobState, number>
