import type { Queue } from 'bullmq'
import { z } from 'zod'
import { addCanary, CANARY_ID, CANARY_TALLY, sentAtOf } from '../queue/canary-job.ts'
import type { Notes, NotesRead } from '../queue/notes.ts'
import type { CanaryState } from './rules/signals.ts'

const NOTE = 'canary'

/** The way of the last canary that came through; the time of writing is when it was finished. */
const CanaryNote = z.object({ sentAt: z.number() })

/** Told by the worker whose canary the store has taken as completed. Rejects like any call to the store. */
export async function recordCanary(notes: Notes, job: { data: unknown; timestamp: number }): Promise<void> {
  await Promise.all([notes.write(NOTE, { sentAt: sentAtOf(job) }), notes.tally(CANARY_TALLY)])
}

/**
 * The way of the newest canary: whether one is under way stands in the queue itself, which cannot be wrong about it; the last
 * one that came through stands in the notes. Rejects like any call to the store.
 */
export async function readCanary(queue: Queue, { notes }: NotesRead): Promise<CanaryState> {
  const job = await queue.getJob(CANARY_ID)
  const pendingSince = job && !job.finishedOn ? sentAtOf(job) : null
  const note = notes.find(({ name }) => name === NOTE)
  const sentAt = CanaryNote.safeParse(note?.value).data?.sentAt
  if (!note || sentAt === undefined) return { sentAt: pendingSince, finishedAt: null, roundTripMs: null, pendingSince }
  const { writtenAt } = note
  return {
    sentAt: pendingSince ?? sentAt,
    finishedAt: writtenAt,
    roundTripMs: Math.max(0, writtenAt - sentAt),
    pendingSince,
  }
}

/** What became of the wish to send a canary. */
export interface Sent {
  /** The one that is under way now, ours or one that was there before; null when none is, because the queue is paused. */
  canary: { sentAt: number } | null
}

/**
 * Sends a canary, unless one is under way or the queue is paused: there it would wait for an end that nobody knows, so one that
 * was sent before is taken away. Rejects like any call to the store.
 */
export async function sendCanary(queue: Queue, notes: Notes): Promise<Sent> {
  const [{ now }, paused] = await Promise.all([notes.read(), queue.isPaused()])
  if (paused) {
    await queue.remove(CANARY_ID)
    return { canary: null }
  }
  // Not even tried when one is under way: the store would count it among the jobs that were ever added.
  const pending = await canaryUnderWay(queue)
  if (!pending) await addCanary(queue, now)
  const job = pending ?? (await queue.getJob(CANARY_ID))
  return { canary: { sentAt: job ? sentAtOf(job) : now } }
}

/**
 * Sends a canary when none was sent for the interval by any process, and tells in how many milliseconds to ask again. Rejects
 * like any call to the store.
 */
export async function sendCanaryWhenDue(queue: Queue, notes: Notes, intervalMs: number): Promise<number> {
  const [read, paused] = await Promise.all([notes.read(), queue.isPaused()])
  if (paused) {
    await queue.remove(CANARY_ID)
    return intervalMs
  }
  if (await canaryUnderWay(queue)) return Math.min(intervalMs, LOOK_MS)
  const { sentAt } = await readCanary(queue, read)
  const agoMs = read.now - (sentAt ?? -Infinity)
  // A time that is still to come is of a clock that was set back.
  if (agoMs >= 0 && agoMs < intervalMs) return intervalMs - agoMs
  await addCanary(queue, read.now, intervalMs * QUIET)
  return intervalMs
}

/** How often it is looked whether a canary has come through: one that was late is followed by one that shows that all is well. */
const LOOK_MS = 2000

/** Part of the interval for which the store refuses a second one; less than all of it, since timers are not exact. */
const QUIET = 0.9

/** None is a finished job that other hands have left under its id; it is taken away, since it would hold the place for ever. */
async function canaryUnderWay(queue: Queue) {
  const job = await queue.getJob(CANARY_ID)
  if (job?.finishedOn) await queue.remove(CANARY_ID)
  return job?.finishedOn ? undefined : job
}
