/** So long a note is kept that nobody writes anew: what a dead process left is of use no longer. */
export const NOTES_KEPT_MS = 60 * 60_000

/** More processes than work on a queue: the oldest go. */
export const MAX_NOTES = 1000

/**
 * Small values that the processes around a queue leave for each other in its store: heartbeats of workers, the canary's
 * way. Each is kept with the time at which it was written by the store's own clock, so no two machines' clocks are compared.
 * Every method rejects like any call to the store.
 */
export interface Notes {
  /** Replaces the note with this name and gives the store's time at which it did. */
  write(name: string, value: object): Promise<number>
  remove(name: string): Promise<void>
  /** Adds one to the running number with this name, which stays. */
  tally(name: string): Promise<void>
  read(): Promise<NotesRead>
}

/** What was found at one moment. */
export interface NotesRead {
  /** The store's time, milliseconds since 1970. */
  now: number
  /** All notes of the queue; those that are older than an hour are left out and forgotten. Not more than 1,000. */
  notes: Note[]
  tallies: Partial<Record<string, number>>
}

export interface Note {
  name: string
  value: unknown
  /** By the store's clock when it was written, milliseconds since 1970. */
  writtenAt: number
}

/** A note as a store keeps it; none when the text is not what `write` makes. */
export function parseNote(name: string, writtenAt: number, text: string): Note[] {
  try {
    const value: unknown = JSON.parse(text)
    return Number.isFinite(writtenAt) ? [{ name, value, writtenAt }] : []
  } catch {
    return []
  }
}
