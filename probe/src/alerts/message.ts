import { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'

/** An alert on its way to a channel. */
export const Message = z.object({
  id: z.string(),
  channel: z.string(),
  alert: ProbeAlert,
  createdAt: z.number().describe('Milliseconds since 1970, as are the other times'),
  attempts: z.number().int().describe('At delivering it, or what has to be delivered before it'),
  nextAt: z.number().describe('When it is tried next'),
  order: z.number().int().default(0).describe('Greater than that of every message before it, whatever the clock did'),
})
export type Message = z.infer<typeof Message>

/** The pauses after the first, second … attempt; the last one goes on. */
const PAUSES_MS = [1000, 5000, 25_000, 60_000, 120_000, 300_000]
/** An alert that could not be told for so long is given up: who should have been woken has other ways to know by now. */
const GIVE_UP_MS = 24 * 3_600_000

export const pauseAfter = (attempts: number): number => PAUSES_MS[Math.min(attempts, PAUSES_MS.length) - 1] ?? 0

export const isTooOld = (message: Message, now: number): boolean => now - message.createdAt > GIVE_UP_MS

/** Those that a receiver takes for one and the same thing: what is told of a target ends what was told of it before. */
export const isOfSameKey = (a: Message, b: Message): boolean => a.alert.dedup_key === b.alert.dedup_key

/** Oldest first. */
export const byOrder = (a: Message, b: Message): number => a.order - b.order || a.createdAt - b.createdAt

/**
 * What is to be sent next on a channel, and when: of each key only the oldest message, so that an end comes neither before
 * its own beginning nor after the next one; of those the one that is due first. It is due as soon as one behind it is: what
 * is new does not wait for the long pause of what is old. Null when there is nothing. `messages` are in their order.
 */
export function nextOf(messages: readonly Message[]): { message: Message; dueAt: number } | null {
  const heads = new Map<string, { message: Message; dueAt: number }>()
  for (const message of messages) {
    const { dedup_key } = message.alert
    const { message: head, dueAt } = heads.get(dedup_key) ?? { message, dueAt: message.nextAt }
    heads.set(dedup_key, { message: head, dueAt: Math.min(dueAt, message.nextAt) })
  }
  return [...heads.values()].toSorted((a, b) => a.dueAt - b.dueAt)[0] ?? null
}
