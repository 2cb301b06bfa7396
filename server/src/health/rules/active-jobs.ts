import type { ActiveJob, QueueFacts } from '../../queue/queue-facts.ts'
import { finding, judge, measured, tells, unreadPart, type Rule } from './rule.ts'
import type { Limits } from './limits.ts'
import type { Signals } from './signals.ts'
import { counted, lasting } from './words.ts'

/** A lock that is missing at one look may be a job that was just finished; at the next it is not. */
const WITHOUT_LOCK_MS = 2000

/** What BullMQ and programs write before there is anything to tell. */
const NO_PROGRESS = new Set(['', '0', '{}', 'null', 'undefined'])

/**
 * Jobs that are being worked on, the worst of three: one that nobody holds the lock of for two looks, whose worker is
 * dead, frozen or blocked; one that is active for longer than a job may be (exports: EXPORT_TIMEOUT_MS; else 1 and 2
 * hours); one that has told progress and tells none any more (5 and 10 min). Long is not hung: a job that gets on is well
 * however long it takes, until its deadline.
 */
export const activeJobs: Rule = (signals, limits) => {
  const { facts, trend } = signals
  const level = limits.activeS
  if (!tells(facts, 'active')) return unreadPart('active_jobs', signals, measured(null, 'seconds', level), 'active')
  const lost = facts.active.filter(({ id }) => (trend.withoutLockMs.get(id) ?? 0) >= WITHOUT_LOCK_MS)
  if (lost.length > 0) return withoutLock(lost, signals)
  const stuck = longestUnchanged(facts, signals)
  const stuckStatus = judge((stuck?.forMs ?? 0) / 1000, limits.unchangedS, undefined)
  const old = oldest(facts, signals)
  const ageS = (old?.forMs ?? 0) / 1000
  const oldStatus = judge(ageS, level, undefined)
  if (old && oldStatus === 'fail') return tooLong(old, oldStatus, limits)
  if (stuck && stuckStatus !== 'pass') return unchanged(stuck, stuckStatus, limits)
  if (old && oldStatus === 'warn') return tooLong(old, oldStatus, limits)
  const told = measured(ageS, 'seconds', level)
  if (!old) return finding('active_jobs', 'pass', 'No job is active.', told)
  const message = `${counted(facts.active.length, 'job is', 'jobs are')} active, the oldest for ${lasting(ageS * 1000)}.`
  return finding('active_jobs', 'pass', message, told)
}

interface Lasting {
  job: ActiveJob
  forMs: number
}

const longest = (jobs: Lasting[]) => jobs.toSorted((a, b) => b.forMs - a.forMs)[0] ?? null

const oldest = ({ active }: QueueFacts, { observedAt }: Signals) =>
  longest(
    active.map((job) => ({ job, forMs: Math.max(0, observedAt.getTime() - (job.startedAt ?? observedAt.getTime())) })),
  )

const longestUnchanged = ({ active }: QueueFacts, { trend }: Signals) =>
  longest(
    active
      .filter(({ progress }) => !NO_PROGRESS.has(progress))
      .map((job) => ({ job, forMs: trend.unchangedMs.get(job.id) ?? 0 })),
  )

function withoutLock(lost: ActiveJob[], { trend }: Signals) {
  const [first] = lost
  const forMs = trend.withoutLockMs.get(first?.id ?? '') ?? 0
  const message = `${counted(lost.length, 'job is', 'jobs are')} active, but nobody holds the lock (${first?.id} for ${lasting(forMs)}): the worker is dead, frozen or blocked.`
  const action = 'See to the worker; another one takes the job over when the stalled check finds it.'
  return finding('active_jobs', 'fail', message, { ...measured(lost.length, 'jobs', { warn: 1, fail: 1 }), action })
}

function tooLong({ job, forMs }: Lasting, status: 'warn' | 'fail', { activeS }: Limits) {
  const message = `Job ${job.id} is active for ${lasting(forMs)}, longer than it may be.`
  const action = 'See what it waits for; cancel it when it does not get on.'
  return finding('active_jobs', status, message, { ...measured(forMs / 1000, 'seconds', activeS), action })
}

function unchanged({ job, forMs }: Lasting, status: 'warn' | 'fail', { unchangedS }: Limits) {
  const message = `Job ${job.id} is active, but its progress has not changed for ${lasting(forMs)}.`
  const action = 'See what it waits for; cancel it when it does not get on.'
  return finding('active_jobs', status, message, { ...measured(forMs / 1000, 'seconds', unchangedS), action })
}
