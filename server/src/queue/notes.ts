/**
 * Small values that the processes around a queue leave for each other in its store: heartbeats of workers, the canary's
 * way. Each is kept with the time at which it was written by the store's own clock, so no two machines' clocks are compared.
 */
export interface Notes {
  /** Replaces the note with this name. Rejects like any call to the store. */
  write(name: string, value: object): Promise<void>
  remove(name: string): Promise<void>
  /** All notes of the queue; those older than an hour are left out and forgotten. Not more than 1,000. */
  read(): Promise<Note[]>
}

export interface Note {
  name: string
  value: unknown
  /** By the store's clock when it was written, milliseconds since 1970. */
  writtenAt: number
}
