import { finding, judge, measured, notWhilePaused, storeGone, unseen, type Rule } from './rule.ts'
import { counted, lasting } from './words.ts'
import { waitingJobs } from './workers.ts'

/** Nothing is finished at all: for ever. */
const LONGEST_S = 86_400

/**
 * A backlog that grows in both halves of the window (5 min), and the time until it would be worked off at the rate of the
 * window: 5 and 15 min. Tells of trouble before ages do. A burst does not grow twice, and one that is worked off in time
 * has a short way to go.
 */
export const backlog: Rule = (signals, { drainS: level, windowS }) => {
  const name = 'backlog'
  const { store, trend, counts, paused } = signals
  const nothing = measured(null, 'seconds', level)
  if (!store.reachable) return finding(name, 'unknown', storeGone, nothing)
  if (!counts) return unseen(name, signals, null, '', nothing)
  const waiting = waitingJobs(signals)
  if (waiting === 0) return finding(name, 'pass', 'No job waits.', measured(0, 'seconds', level))
  if (paused) return notWhilePaused(name, nothing)
  if (!trend.backlog) {
    return finding(name, 'unknown', `Not watched for half of ${lasting(windowS * 1000)} yet.`, nothing)
  }
  const { growthPerMinute: growth, finishedPerMinute } = trend.backlog
  if (growth <= 0)
    return finding(name, 'pass', `${counted(waiting, 'job waits', 'jobs wait')}; the backlog does not grow.`, nothing)
  const grows = `The backlog grows by ${Math.ceil(growth)} jobs per minute`
  if (finishedPerMinute === null) {
    return finding(
      name,
      'unknown',
      `${grows}; nobody counts the jobs that are over, so how long it takes is not known.`,
      nothing,
    )
  }
  const drainS = Math.min(finishedPerMinute > 0 ? (waiting / finishedPerMinute) * 60 : LONGEST_S, LONGEST_S)
  const status = judge(drainS, level, trend.before.get(name))
  const takes = drainS < LONGEST_S ? `what waits takes ${lasting(drainS * 1000)}` : 'nothing is finished'
  const action = status === 'pass' ? null : 'Add workers, or slow down who sends jobs.'
  return finding(name, status, `${grows}; ${takes}.`, { ...measured(drainS, 'seconds', level), action })
}
