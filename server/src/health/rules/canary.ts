import { finding, onlyOurWorkers, judge, known, measured, notWhilePaused, stopping, unseen, type Rule } from './rule.ts'
import { heldBy } from './held.ts'
import type { Limits } from './limits.ts'
import type { CanaryState, Signals } from './signals.ts'
import { counted, lasting } from './words.ts'
import { waitingJobs, workersOf } from './workers.ts'

/**
 * The canary is a job that does nothing, sent through the real queue to a real worker: what only passes when jobs are
 * really consumed (Prometheus' guide on instrumentation: send a heartbeat through). While it is under way its age is
 * judged, 5 and 15 s. It is no failure that it waits behind jobs that are being taken, or while nothing may be
 * taken (`heldBy`). One that came back late only warns: what it waited for is over.
 */
export const canary: Rule = (signals, limits) => {
  const name = 'canary'
  const { observedAt, canary: seen } = signals
  const level = limits.canaryS
  const nothing = measured(null, 'seconds', level)
  if (!known(seen)) return unseen(name, signals, seen, onlyOurWorkers(signals), nothing)
  if (signals.paused) return notWhilePaused(name, nothing)
  const now = observedAt.getTime()
  if (seen.pendingSince === null) return returned(seen, signals, limits)
  const ageS = Math.max(0, now - seen.pendingSince) / 1000
  const told = measured(ageS, 'seconds', level)
  const status = judge(ageS, level, signals.trend.before.get(name))
  const underWay = `The canary is under way for ${lasting(ageS * 1000)}`
  // A young one tells less than the one before.
  if (status === 'pass' && cameThrough(seen, now, limits)) return returned(seen, signals, limits)
  if (status === 'pass') return finding(name, 'pass', `${underWay}.`, told)
  const excuse = excuseFor(signals, limits)
  if (excuse) return finding(name, 'pass', `${underWay}: ${excuse}.`, told)
  const { message, action } = diagnose(signals, limits)
  const found = finding(name, status, `${underWay}: ${message}.`, { ...told, action })
  return status === 'fail' ? stopping(found) : found
}

/** Whether one has come through that is not too long ago to tell how it is. */
const cameThrough = ({ finishedAt }: CanaryState, now: number, { windowS }: Limits) =>
  finishedAt !== null && now - finishedAt <= windowS * 1000

function returned({ finishedAt, roundTripMs }: CanaryState, signals: Signals, { canaryS: level, windowS }: Limits) {
  const name = 'canary'
  const now = signals.observedAt.getTime()
  const nothing = measured(null, 'seconds', level)
  if (finishedAt === null) return finding(name, 'unknown', 'No canary has come through yet.', nothing)
  const agoMs = now - finishedAt
  if (agoMs > windowS * 1000) {
    return finding(name, 'unknown', `The last canary came through ${lasting(agoMs)} ago; none was sent since.`, nothing)
  }
  const tookS = (roundTripMs ?? 0) / 1000
  const late = judge(tookS, level, signals.trend.before.get(name)) !== 'pass'
  const message = `The canary came through the queue in ${lasting(tookS * 1000)}, ${lasting(agoMs)} ago.`
  const action = late ? 'See what keeps the workers busy; add workers when that is so for long.' : null
  return finding(name, late ? 'warn' : 'pass', message, { ...measured(tookS, 'seconds', level), action })
}

/** Why it is right that the canary waits. */
function excuseFor(signals: Signals, limits: Limits): string | null {
  const waiting = waitingJobs(signals)
  const held = heldBy(signals, limits)
  if (held) return held.why
  const moves = waiting > 0 && signals.trend.coversMs > 0 && signals.trend.stillMs < limits.stillS.warn * 1000
  return moves ? `${counted(waiting, 'job')} before it are being taken` : null
}

function diagnose(signals: Signals, limits: Limits): { message: string; action: string } {
  const workers = workersOf(signals, limits)
  if (workers && workers.living.length > 0) {
    const message = `${counted(workers.living.length, 'worker lives', 'workers live')} and ${counted(workers.freeSlots, 'slot is', 'slots are')} free, but none takes it`
    return { message, action: 'Restart the workers: they have stopped fetching.' }
  }
  return { message: 'no worker takes it', action: 'See worker_running and consumers_alive; restart the workers.' }
}
