import type { Limits } from './limits.ts'
import {
  finding,
  onlyOurWorkers,
  judge,
  known,
  measured,
  stopping,
  unseen,
  type Finding,
  type Rule,
  type Told,
} from './rule.ts'
import type { Heartbeat, Signals } from './signals.ts'
import { counted, lasting } from './words.ts'
import { shortName, workersOf, type Workers } from './workers.ts'

/**
 * Whether the workers that are connected live: each of ours says so every two seconds, so three that are missing (6 s)
 * mean that it is dead, frozen or that its event loop is blocked. Fails when none of them lives, or when one was held for
 * 5 s; warns when some do not. A worker that is silent and not connected any more is dead: it warns until another was
 * started in its place, at most for the window (5 min), since whether it should be back is then known to `worker_running` alone
 * (`consumers`: how many are expected). A heartbeat comes from a timer beside the loop that fetches jobs, so it proves no more than that
 * the process lives: `canary` and `progress` tell whether it consumes.
 */
export const consumersAlive: Rule = (signals, limits) => {
  const level = { warn: limits.heartbeatS, fail: limits.heartbeatS }
  const workers = workersOf(signals, limits)
  const nothing = measured(null, 'seconds', level)
  if (!workers)
    return unseen(NAME, signals, known(signals.workers) ? null : signals.workers, onlyOurWorkers(signals), nothing)
  if (known(signals.consumers) && signals.consumers.length === 0) {
    return finding(NAME, 'unknown', 'No consumer is connected: see worker_running.', nothing)
  }
  const frozen = frozenAmong(signals, workers, limits.heartbeatS)
  const quietest = Math.max(0, ...[...workers.living, ...frozen].map(({ ageMs }) => ageMs))
  const told = measured(quietest / 1000, 'seconds', level)
  if (workers.living.length === 0) return noneLives(frozen, quietest, told)
  return heldLoop(signals, workers, limits, told) ?? someAreMissing(signals, workers, frozen, limits, told)
}

const NAME = 'consumers_alive'

function noneLives(frozen: Heartbeat[], quietest: number, told: Told): Finding {
  if (frozen.length === 0) {
    const message =
      'The consumers that are connected do not say that they live: they are no workers of ours, or just starting.'
    return finding(NAME, 'unknown', message, { ...told, value: null })
  }
  const message = `${counted(frozen.length, 'worker is', 'workers are')} connected, but none has said for ${lasting(quietest)} that it lives: frozen, or its event loop is blocked.`
  return stopping(
    finding(NAME, 'fail', message, { ...told, action: 'Restart the workers; look at what they were doing.' }),
  )
}

function heldLoop({ trend }: Signals, { living }: Workers, limits: Limits, told: Told): Finding | null {
  const worst = living.toSorted((a, b) => b.eventLoopDelayMs - a.eventLoopDelayMs)[0]
  const status = worst ? judge(worst.eventLoopDelayMs, limits.eventLoopDelayMs, trend.before.get(NAME)) : 'pass'
  if (!worst || status === 'pass') return null
  const message = `The event loop of worker ${shortName(worst)} was held for ${lasting(worst.eventLoopDelayMs)}.`
  const action = 'Find what computes there without a pause, or give its host more CPU.'
  return finding(NAME, status, message, { ...told, action })
}

function someAreMissing(signals: Signals, workers: Workers, frozen: Heartbeat[], limits: Limits, told: Told): Finding {
  const seen = counted(workers.living.length, 'worker lives', 'workers live')
  if (frozen.length > 0) {
    const message = `${seen}; ${counted(frozen.length, 'other is', 'others are')} connected, but silent: frozen or blocked.`
    return finding(NAME, 'warn', message, { ...told, action: 'Restart the silent ones.' })
  }
  const dead = deadAmong(signals, workers, limits.windowS)
  if (dead.length === 0) return finding(NAME, 'pass', `${seen}.`, told)
  const message = `${seen}; ${counted(dead.length, 'has', 'have')} ended without a goodbye.`
  return finding(NAME, 'warn', message, { ...told, action: 'Find out why (memory, a crash) and start it again.' })
}

/** Silent ones whose connection is there: more are connected for long enough to have said something than live. */
function frozenAmong({ consumers }: Signals, { living, silent }: Workers, heartbeatS: number): Heartbeat[] {
  if (!known(consumers)) return []
  const settled = consumers.filter(({ connected_for_s: age }) => age === null || age >= heartbeatS)
  const newestFirst = silent.toSorted((a, b) => a.ageMs - b.ageMs)
  return newestFirst.slice(0, Math.max(settled.length - living.length, 0))
}

/**
 * Silent ones in whose place nobody was started. A successor may have died too, and have one of its own: in a crash loop
 * only the last of them is missed.
 */
function deadAmong({ observedAt }: Signals, { living, silent }: Workers, windowS: number): Heartbeat[] {
  const lately = silent.filter(({ ageMs }) => ageMs < windowS * 1000).toSorted((a, b) => b.ageMs - a.ageMs)
  const starts = [...living, ...lately].map(({ startedAt }) => startedAt).toSorted((a, b) => a - b)
  return lately.filter(({ ageMs }) => {
    const successor = starts.findIndex((startedAt) => startedAt > observedAt.getTime() - ageMs)
    if (successor >= 0) starts.splice(successor, 1)
    return successor < 0
  })
}
