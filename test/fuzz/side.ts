import type { Job } from 'bullmq'
import type { Desk, FlowProducer, Queue, QueueEventsProducer, Taker } from '../contract/desk.ts'

/** Which of the two queues of a run. */
export const places = ['a', 'b'] as const
export type Place = (typeof places)[number]

/** One store in a run: two queues, and the jobs that were taken from them. */
export interface Side {
  queues: Record<Place, Queue>
  takers: Record<Place, Taker>
  flows: FlowProducer
  marks: Record<Place, QueueEventsProducer>
  /** Jobs in hand, in the order in which they were taken. */
  held: { job: Job; token: string }[]
  desk: Desk
}

export const queueName = (seed: number, place: Place) => `fuzz-${seed}-${place}`

export function openSide(desk: Desk, seed: number): Side {
  const queues = { a: desk.queue({ name: queueName(seed, 'a') }), b: desk.queue({ name: queueName(seed, 'b') }) }
  const takers = { a: desk.taker(queues.a), b: desk.taker(queues.b) }
  const marks = { a: desk.eventsProducer(queues.a), b: desk.eventsProducer(queues.b) }
  return { queues, takers, marks, flows: desk.flows(), held: [], desk }
}
