import type { Catalogue } from '../exports/datasets/catalogue.ts'
import type { AskedSchedules } from '../exports/asked-schedules.ts'
import type { Exports } from '../exports/exports.ts'
import type { CanaryTrip } from '../health/canary-trip.ts'
import type { Health } from '../health/health.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import type { Failures } from '../operations/failures.ts'
import type { Operations } from '../operations/operations.ts'
import type { Trail } from '../operations/record.ts'
import type { Store } from '../queue/store.ts'
import { cancelExport } from './cancel-export.ts'
import { cancelOperation } from './cancel-operation.ts'
import { getExportStatus } from './get-export-status.ts'
import { getJob } from './get-job.ts'
import { getOperation } from './get-operation.ts'
import { getQueue } from './get-queue.ts'
import { discardDeadLetters, retryDeadLetters } from './handle-dead-letters.ts'
import { healthCheck } from './health-check.ts'
import { listDatasets } from './list-datasets.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listExports } from './list-exports.ts'
import { listOperations } from './list-operations.ts'
import { listQueues } from './list-queues.ts'
import { listSchedules } from './list-schedules.ts'
import { pauseQueue, resumeQueue } from './pause-queue.ts'
import { promoteJobs } from './promote-jobs.ts'
import { removeSchedule } from './remove-schedule.ts'
import { scheduleExport } from './schedule-export.ts'
import { sendCanary } from './send-canary.ts'
import { startExport } from './start-export.ts'
import type { Tool } from './tool.ts'
import { waitForExport } from './wait-for-export.ts'

/** What the tools for queues, dead letters and schedules work with. */
export interface Operating {
  store: Store
  queues: AttachedQueues
  operations: Operations
  trail: Trail
  failures: Failures
  schedules: AskedSchedules
}

/** Every tool there is, in the order in which clients see them. */
export const listTools = (
  exports: Exports,
  catalogue: Catalogue,
  health: Health,
  canary: CanaryTrip,
  { store, queues, operations, failures, trail, schedules }: Operating,
): Tool[] => [
  startExport(exports),
  waitForExport(exports),
  getExportStatus(exports),
  cancelExport(exports),
  listExports(exports),
  listDatasets(catalogue),
  healthCheck(health),
  sendCanary(canary),
  listQueues(store, queues),
  getQueue(store, queues),
  listDeadLetters(failures, queues),
  getJob(queues),
  retryDeadLetters(operations),
  discardDeadLetters(operations),
  promoteJobs(operations),
  getOperation(operations),
  cancelOperation(operations),
  listOperations(operations),
  pauseQueue(queues, trail),
  resumeQueue(queues, trail),
  scheduleExport(schedules),
  listSchedules(schedules),
  removeSchedule(schedules),
]
