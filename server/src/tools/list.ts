import type { Catalogue } from '../exports/datasets/catalogue.ts'
import type { Exports } from '../exports/exports.ts'
import type { CanaryTrip } from '../health/canary-trip.ts'
import type { Health } from '../health/health.ts'
import { cancelExport } from './cancel-export.ts'
import { getExportStatus } from './get-export-status.ts'
import { healthCheck } from './health-check.ts'
import { listDatasets } from './list-datasets.ts'
import { listExports } from './list-exports.ts'
import { sendCanary } from './send-canary.ts'
import { startExport } from './start-export.ts'
import type { Tool } from './tool.ts'
import { waitForExport } from './wait-for-export.ts'

/** Every tool there is, in the order in which clients see them. */
export const listTools = (exports: Exports, catalogue: Catalogue, health: Health, canary: CanaryTrip): Tool[] => [
  startExport(exports),
  waitForExport(exports),
  getExportStatus(exports),
  cancelExport(exports),
  listExports(exports),
  listDatasets(catalogue),
  healthCheck(health),
  sendCanary(canary),
]
