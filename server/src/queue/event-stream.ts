import type { QueueEvents } from 'bullmq'

/** An event of a queue as BullMQ writes it: `fields` has its name as `event` and mostly a `jobId`. */
export interface QueueEvent {
  /** Its place in the stream; later ones come behind. */
  id: string
  fields: { event: string } & Record<string, string>
}

/** The events of a queue, of which the store keeps about the last ten thousand. */
export interface EventStream {
  /**
   * The events behind the one with this id (`$`: that come from now on), none when nothing comes within so many
   * milliseconds. Rejects like any call.
   */
  read(after: string, waitMs: number): Promise<QueueEvent[]>
  /** Whether the connection was lost since this was asked last: what the store has forgotten meanwhile is not told. */
  lostConnection(): boolean
  close(): Promise<void>
}

/** @param events that does not run by itself: BullMQ's own loop does not tell when a read fails */
export function openEventStream(events: QueueEvents): EventStream {
  let lost = false
  events.on('error', () => (lost = true))
  return {
    async read(after, waitMs) {
      const found = await events.getBackend().readEvents(after, waitMs)
      return (found?.[0]?.[1] ?? []).map(([id, flat]) => ({ id, fields: fieldsOf(flat ?? []) }))
    },
    lostConnection() {
      const was = lost
      lost = false
      return was
    },
    close: () => events.close(),
  }
}

/** From names and values in turn. */
function fieldsOf(flat: readonly unknown[]): QueueEvent['fields'] {
  const fields: QueueEvent['fields'] = { event: '' }
  for (let at = 0; at + 1 < flat.length; at += 2) fields[String(flat[at])] = String(flat[at + 1])
  return fields
}
