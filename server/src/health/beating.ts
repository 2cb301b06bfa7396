import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Notes } from '../queue/notes.ts'
import type { WorkInHand } from '../queue/work-in-hand.ts'
import { HEARTBEAT_MS, heartbeatName, type HeartbeatNote } from './heartbeat.ts'
import { LoopDelay } from './loop-delay.ts'

/** What a worker tells of itself. */
export interface WorkerSelf {
  version: string
  concurrency: number
  work: WorkInHand
  /** The folders in which it makes files. */
  folder(): HeartbeatNote['folder']
}

/** What took longer tells nothing of clocks: the error is up to half of it. */
const SLOW_MS = 500

/**
 * Writes a heartbeat of this process every two seconds, on its main event loop on purpose: a loop that is held stops it.
 * While the store is away none is written, and it goes on by itself when the store is back.
 *
 * @param queue that of the notes, for waiting no longer than its store may take
 */
export function startBeating(queue: Queue, notes: Notes, self: WorkerSelf, log: Log): { close(): Promise<void> } {
  const name = heartbeatName(randomUUID())
  const clock = new StoreClock()
  const loop = new LoopDelay()
  let heldMs = 0
  let beating: Promise<void> | null = null
  async function beat() {
    // What was measured before a beat that was not taken counts for the next one.
    heldMs = Math.max(heldMs, loop.takeLongestMs())
    try {
      await askStore(queue, async () => {
        if (clock.aheadMs === null) await clock.compare(async () => (await notes.read()).now)
        const beat = noteOf(self, { eventLoopDelayMs: Math.round(heldMs), clockAheadMs: clock.aheadMs ?? 0 })
        await clock.compare(() => notes.write(name, beat))
      })
      heldMs = 0
    } catch (error) {
      log.debug({ event: 'heartbeat_missed', err: error }, 'the store did not take a heartbeat')
    }
  }
  const next = () => void (beating ??= beat().finally(() => (beating = null)))
  next()
  const timer = setInterval(next, HEARTBEAT_MS)
  return {
    /** Says goodbye, so that nobody takes this worker for dead. */
    async close() {
      clearInterval(timer)
      loop[Symbol.dispose]()
      await beating
      await askStore(queue, () => notes.remove(name)).catch((error: unknown) =>
        log.warn({ event: 'heartbeat_left', err: error }, 'the store did not hear that this worker has stopped'),
      )
    },
  }
}

type Measured = Pick<HeartbeatNote, 'eventLoopDelayMs' | 'clockAheadMs'>

const noteOf = ({ version, concurrency, work, folder }: WorkerSelf, measured: Measured): HeartbeatNote => ({
  host: hostname(),
  pid: process.pid,
  version,
  startedAgoMs: performance.now(),
  concurrency,
  jobs: work.jobs(),
  takenAgoMs: work.takenAgoMs,
  finishedAgoMs: work.finishedAgoMs,
  folder: folder(),
  ...measured,
})

/** Tells how far the clock of this machine is ahead of the store's. */
class StoreClock {
  /** Null as long as it is not known. */
  aheadMs: number | null = null

  /** @param ask gives the store's time; it is compared with the middle of the time that asking took */
  async compare(ask: () => Promise<number>): Promise<void> {
    const [sentAt, from] = [Date.now(), performance.now()]
    const storeTime = await ask()
    const tookMs = performance.now() - from
    if (tookMs < SLOW_MS) this.aheadMs = Math.round(sentAt + tookMs / 2 - storeTime)
  }
}
