import { activeJobs } from './active-jobs.ts'
import { backlog } from './backlog.ts'
import { canary } from './canary.ts'
import { consumersAlive } from './consumers-alive.ts'
import { delayedOverdue } from './delayed-overdue.ts'
import { dlqDepth } from './dlq-depth.ts'
import { dlqGrowth } from './dlq-growth.ts'
import { exportFolder } from './export-folder.ts'
import { failingAttempts } from './failing-attempts.ts'
import { failureRatio } from './failure-ratio.ts'
import { flowParents } from './flow-parents.ts'
import { oldestWaiting } from './oldest-waiting.ts'
import { progress } from './progress.ts'
import { queueDepth } from './queue-depth.ts'
import { queuePaused } from './queue-paused.ts'
import { queueStore } from './queue-store.ts'
import type { Rule } from './rule.ts'
import { schedulerOverdue } from './scheduler-overdue.ts'
import { stalledJobs } from './stalled-jobs.ts'
import { storeLatency } from './store-latency.ts'
import { storeSettings } from './store-settings.ts'
import { storeWritable } from './store-writable.ts'
import { workerClock } from './worker-clock.ts'
import { workerRunning } from './worker-running.ts'

/** Questions about the store, which all its queues share: told once. */
export const storeRules: Rule[] = [queueStore, storeWritable, storeSettings, storeLatency]

/** Questions about a queue. In the order of the report: what may be the cause of others comes first. */
export const queueRules: Rule[] = [
  queuePaused,
  workerRunning,
  consumersAlive,
  canary,
  progress,
  failingAttempts,
  stalledJobs,
  activeJobs,
  oldestWaiting,
  queueDepth,
  backlog,
  delayedOverdue,
  schedulerOverdue,
  flowParents,
  dlqGrowth,
  dlqDepth,
  failureRatio,
  exportFolder,
  workerClock,
]
