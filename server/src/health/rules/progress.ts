import { heldBy } from './held.ts'
import { finding, judge, measured, notWhilePaused, stopping, tells, unreadPart, unseen, type Rule } from './rule.ts'
import type { Limits } from './limits.ts'
import type { Signals } from './signals.ts'
import { counted, lasting } from './words.ts'
import { allSlotsInUse, waitingJobs, workersOf } from './workers.ts'

/**
 * Jobs wait and nothing is taken or finished: nobody works while there is work (Oban's queue keeper; Burrow's rule that
 * lag without movement is an error). 15 and 30 s from the moment at which jobs were first seen waiting, so that a job in
 * a queue that was idle is no stop. While all slots are in use by workers that live, or the queue's own limits let nothing
 * be taken (`heldBy`), nobody could take one, and `active_jobs` and `oldest_waiting` judge. Of other applications it is not known how many slots there are: then
 * active jobs whose lock is renewed make it a warning.
 */
export const progress: Rule = (signals, limits) => {
  const name = 'progress'
  const { counts, facts, trend } = signals
  const level = limits.stillS
  const nothing = measured(null, 'seconds', level)
  if (!counts) return unseen(name, signals, null, '', nothing)
  const waiting = waitingJobs(signals)
  if (waiting === 0) return finding(name, 'pass', 'No job waits.', measured(0, 'seconds', level))
  if (signals.paused) return notWhilePaused(name, nothing)
  if (!tells(facts, 'movement')) return unreadPart(name, signals, nothing, 'movement')
  const told = measured(trend.stillMs / 1000, 'seconds', level)
  const status = judge(trend.stillMs / 1000, level, trend.before.get(name))
  if (status === 'pass') {
    if (trend.stillMs >= trend.coversMs) {
      const found = finding(name, 'unknown', `Watched for ${lasting(trend.coversMs)} only so far.`, nothing)
      return { ...found, tooShort: true }
    }
    return finding(name, 'pass', 'Jobs are being taken.', told)
  }
  const heldBack = heldBy(signals, limits)
  if (heldBack) return finding(name, 'pass', `Nothing can be taken: ${heldBack.why}.`, told)
  const still = `${counted(waiting, 'job waits', 'jobs wait')}, and none was taken or finished for ${lasting(trend.stillMs)}`
  const held = facts.active.filter(({ locked }) => locked).length
  if (allSlotsInUse(signals, limits) === null && held > 0) {
    const message = `${still}; ${counted(held, 'job is', 'jobs are')} active, and whether more could be is not known here.`
    return finding(name, 'warn', message, {
      ...told,
      action: 'See whether the active jobs get on; add workers if they do.',
    })
  }
  const { message, action } = diagnose(signals, limits)
  const found = finding(name, status, `${still}${message}.`, { ...told, action })
  if (status === 'fail') return stopping(found)
  return trend.stillMs >= trend.coversMs ? { ...found, tooShort: true } : found
}

function diagnose(signals: Signals, limits: Limits): { message: string; action: string } {
  const workers = workersOf(signals, limits)
  if (!workers || workers.living.length === 0) return { message: '', action: 'See whether workers run; restart them.' }
  const free = `${counted(workers.freeSlots, 'slot', 'slots')}`
  return {
    message: `, though workers live and have ${free} free`,
    action: 'Restart the workers: they have stopped fetching.',
  }
}
