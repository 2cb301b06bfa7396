import { z } from 'zod'
import type { NotesRead } from '../queue/notes.ts'
import type { Heartbeat } from './rules/signals.ts'

/** How often a worker says how it is. */
export const HEARTBEAT_MS = 2000

const PREFIX = 'worker:'

export const heartbeatName = (worker: string) => PREFIX + worker

/**
 * A heartbeat as it is written down. Times are told by how long they are past, by a clock of the worker's that nobody sets:
 * the store adds the time of writing, so that what comes out is in the store's time, however wrong the worker's clock is.
 */
export const HeartbeatNote = z.object({
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  startedAgoMs: z.number(),
  concurrency: z.number(),
  jobs: z.array(z.object({ id: z.string(), forMs: z.number() })),
  eventLoopDelayMs: z.number(),
  takenAgoMs: z.number().nullable(),
  finishedAgoMs: z.number().nullable(),
  folder: z.object({ freeBytes: z.number().nullable(), problem: z.string().nullable() }),
  clockAheadMs: z.number(),
})
export type HeartbeatNote = z.infer<typeof HeartbeatNote>

/**
 * The heartbeats that are in a queue's notes: of workers that live, and for an hour of those that have not said goodbye. Times
 * are by the store's clock. What has another shape, as another version may write it, is left out.
 */
export function readHeartbeats({ now, notes }: NotesRead): Heartbeat[] {
  return notes.flatMap(({ name, value, writtenAt }) => {
    const { data } = name.startsWith(PREFIX) ? HeartbeatNote.safeParse(value) : {}
    if (!data) return []
    const { startedAgoMs, takenAgoMs, finishedAgoMs, jobs, ...told } = data
    const at = (agoMs: number) => Math.round(writtenAt - agoMs)
    return [
      {
        ...told,
        worker: name.slice(PREFIX.length),
        startedAt: at(startedAgoMs),
        jobs: jobs.map(({ id, forMs }) => ({ id, since: at(forMs) })),
        lastTakenAt: takenAgoMs === null ? null : at(takenAgoMs),
        lastFinishedAt: finishedAgoMs === null ? null : at(finishedAgoMs),
        // By the distance: a store whose clock was set back makes no dead worker young again.
        ageMs: Math.abs(now - writtenAt),
      },
    ]
  })
}
