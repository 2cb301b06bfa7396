import type { Clock } from './clock.ts'

export interface Schedule {
  /** From the start of one run to the start of the next, before jitter. */
  intervalMs: number
  /** Ends the schedule at once; it is up to `run` to listen to it too. */
  stop: AbortSignal
  clock: Clock
  /** Resolves after so many milliseconds, or early when the signal aborts. */
  sleep(ms: number, stop: AbortSignal): Promise<void>
  /** From 0 up to 1, as Math.random. */
  random(): number
}

const jitter = 0.1

/**
 * Calls `run` at once and then on the interval, ±10 % anew each time so that many probes do not keep step. Runs never
 * overlap: after one that took longer than the interval the next starts at once. Resolves when `stop` aborts; rejects
 * when `run` does.
 */
export async function onSchedule(run: () => Promise<void>, schedule: Schedule): Promise<void> {
  const { intervalMs, stop, clock, sleep, random } = schedule
  while (!stop.aborted) {
    const begun = clock.elapsed()
    await run()
    const wait = begun + intervalMs * (1 - jitter + 2 * jitter * random()) - clock.elapsed()
    if (wait > 0 && !stop.aborted) await sleep(wait, stop)
  }
}
