import { finding, onlyOurWorkers, judge, known, measured, unseen, type Rule } from './rule.ts'
import { lasting } from './words.ts'
import { shortName, workersOf } from './workers.ts'

/**
 * How far the clock of a worker's host is from the store's. BullMQ writes times of jobs by the clocks of producers and
 * workers, so delays, schedules and ages are wrong by as much. 2 and 10 s: hosts that keep time are within milliseconds.
 */
export const workerClock: Rule = (signals, limits) => {
  const name = 'worker_clock'
  const level = limits.clockAheadMs
  const workers = workersOf(signals, limits)
  const nothing = measured(null, 'milliseconds', level)
  if (!workers)
    return unseen(name, signals, known(signals.workers) ? null : signals.workers, onlyOurWorkers(signals), nothing)
  const worst = workers.living.toSorted((a, b) => Math.abs(b.clockAheadMs) - Math.abs(a.clockAheadMs))[0]
  if (!worst) return finding(name, 'unknown', 'No worker lives that could tell its time.', nothing)
  const off = Math.abs(worst.clockAheadMs)
  const status = judge(off, level, signals.trend.before.get(name))
  const told = measured(off, 'milliseconds', level)
  if (status === 'pass') return finding(name, 'pass', 'The clocks of the workers agree with that of the store.', told)
  const where = worst.clockAheadMs > 0 ? 'ahead of' : 'behind'
  const message = `The clock of worker ${shortName(worst)} is ${lasting(off)} ${where} that of the store.`
  return finding(name, status, message, { ...told, action: 'Let its host follow a time server (NTP).' })
}
