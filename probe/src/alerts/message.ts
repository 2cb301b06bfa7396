import { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'

/** An alert on its way to a channel. */
export const Message = z.object({
  id: z.string(),
  channel: z.string(),
  alert: ProbeAlert,
  createdAt: z.number().describe('Milliseconds since 1970, as are the other times'),
  attempts: z.number().int(),
  nextAt: z.number().describe('When it is tried next'),
})
export type Message = z.infer<typeof Message>

/** The pauses after the first, second … attempt; the last one goes on. */
const PAUSES_MS = [1000, 5000, 25_000, 60_000, 120_000, 300_000]
/** An alert that could not be told for so long is given up: who should have been woken has other ways to know by now. */
const GIVE_UP_MS = 24 * 3_600_000

export const pauseAfter = (attempts: number): number => PAUSES_MS[Math.min(attempts, PAUSES_MS.length) - 1] ?? 0

export const isTooOld = (message: Message, now: number): boolean => now - message.createdAt > GIVE_UP_MS

/**
 * What is to be sent next on a channel, and when: of each incident only the oldest message, so that an end never comes before
 * its beginning; of those the one that is due first. Null when there is nothing. `messages` are in the order of creation.
 */
export function nextOf(messages: readonly Message[]): Message | null {
  const heads = new Map<string, Message>()
  for (const message of messages) {
    const { incident_id } = message.alert
    if (!heads.has(incident_id)) heads.set(incident_id, message)
  }
  return [...heads.values()].toSorted((a, b) => a.nextAt - b.nextAt)[0] ?? null
}
