import type { Fault } from './fault.ts'
import { backlogGrowing } from './faults/backlog-growing.ts'
import { certificateExpiring } from './faults/certificate-expiring.ts'
import { deadLettersAboveLimit } from './faults/dead-letters-above-limit.ts'
import { deadLettersGrowing } from './faults/dead-letters-growing.ts'
import { diskFull } from './faults/disk-full.ts'
import { diskOfSqliteFull } from './faults/disk-of-sqlite-full.ts'
import { endlessRetries } from './faults/endless-retries.ts'
import { eventLoopBlocked } from './faults/event-loop-blocked.ts'
import { exportsUnwritable } from './faults/exports-unwritable.ts'
import { factsUnreadable } from './faults/facts-unreadable.ts'
import { htmlInsteadOfJson } from './faults/html-instead-of-json.ts'
import { mcpSlow } from './faults/mcp-slow.ts'
import { mcpWedged } from './faults/mcp-wedged.ts'
import { onlyDelayedJobs } from './faults/only-delayed-jobs.ts'
import { poisonJob } from './faults/poison-job.ts'
import { processorNeverReturns } from './faults/processor-never-returns.ts'
import { queuePaused } from './faults/queue-paused.ts'
import { redisEvicts } from './faults/redis-evicts.ts'
import { redisFrozen } from './faults/redis-frozen.ts'
import { redisKilled } from './faults/redis-killed.ts'
import { redisOutOfMemory } from './faults/redis-out-of-memory.ts'
import { redisReadOnly } from './faults/redis-read-only.ts'
import { schedulerStopped } from './faults/scheduler-stopped.ts'
import { serverFrozen } from './faults/server-frozen.ts'
import { serverKilled } from './faults/server-killed.ts'
import { sqliteCorrupt } from './faults/sqlite-corrupt.ts'
import { sqliteDeleted } from './faults/sqlite-deleted.ts'
import { sqliteLocked } from './faults/sqlite-locked.ts'
import { toolMissing } from './faults/tool-missing.ts'
import { toolsListEmpty } from './faults/tools-list-empty.ts'
import { unauthorized } from './faults/unauthorized.ts'
import { watchedStoreFull } from './faults/watched-store-full.ts'
import { workerFrozen } from './faults/worker-frozen.ts'
import { workerKilled } from './faults/worker-killed.ts'
import { workerOnAnotherPrefix } from './faults/worker-on-another-prefix.ts'
import { workerOnAnotherQueue } from './faults/worker-on-another-queue.ts'
import { wrongClock } from './faults/wrong-clock.ts'
import { wrongCredentials } from './faults/wrong-credentials.ts'

/** Every fault of the matrix, in the order of its table. */
export const faults: Fault[] = [
  workerKilled,
  workerFrozen,
  eventLoopBlocked,
  processorNeverReturns,
  wrongCredentials,
  workerOnAnotherQueue,
  workerOnAnotherPrefix,
  onlyDelayedJobs,
  redisKilled,
  redisFrozen,
  redisOutOfMemory,
  watchedStoreFull,
  redisEvicts,
  redisReadOnly,
  queuePaused,
  deadLettersAboveLimit,
  deadLettersGrowing,
  endlessRetries,
  poisonJob,
  backlogGrowing,
  schedulerStopped,
  factsUnreadable,
  exportsUnwritable,
  diskFull,
  diskOfSqliteFull,
  sqliteLocked,
  sqliteCorrupt,
  sqliteDeleted,
  serverKilled,
  serverFrozen,
  toolsListEmpty,
  toolMissing,
  mcpWedged,
  mcpSlow,
  unauthorized,
  htmlInsteadOfJson,
  certificateExpiring,
  wrongClock,
]
