import { createHash } from 'node:crypto'
import type { Clock } from './clock.ts'

export interface Schedule {
  /** Before the first run, so that many targets do not start in one moment. */
  offsetMs: number
  /** From the start of one run to the start of the next, before jitter. */
  intervalMs: number
  /** Part of the interval by which each wait is shortened or lengthened at random. */
  jitter: number
  /** Ends the schedule at once; it is up to `run` to listen to it too. */
  stop: AbortSignal
  clock: Clock
  /** Resolves after so many milliseconds, or early when the signal aborts. */
  sleep(ms: number, stop: AbortSignal): Promise<void>
  /** From 0 up to 1, as Math.random. */
  random(): number
}

/**
 * Calls `run` after the offset and then on the interval, varied anew each time so that many probes do not keep step. Runs
 * never overlap: after one that took longer than the interval the next starts at once. Resolves when `stop` aborts;
 * rejects when `run` does.
 */
export async function onSchedule(run: () => Promise<void>, schedule: Schedule): Promise<void> {
  const { offsetMs, intervalMs, jitter, stop, clock, sleep, random } = schedule
  if (offsetMs > 0 && !stop.aborted) await sleep(offsetMs, stop)
  while (!stop.aborted) {
    const begun = clock.elapsed()
    await run()
    const wait = begun + intervalMs * (1 - jitter + 2 * jitter * random()) - clock.elapsed()
    if (wait > 0 && !stop.aborted) await sleep(wait, stop)
  }
}

const maxOffsetMs = 10_000

/** When a target's first run begins: by its name, so that it is the same after each restart; at once when it is alone. */
export function offsetOf(name: string, intervalMs: number, isAlone: boolean): number {
  if (isAlone) return 0
  const share = createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32
  return share * Math.min(intervalMs, maxOffsetMs)
}
