import { healthCheck } from './health-check.ts'
import { initialize } from './initialize.ts'
import type { Step } from './step.ts'
import { toolsList } from './tools-list.ts'

/** What a run asks, in this order, up to the first failure. */
export const steps: readonly Step[] = [initialize, toolsList, healthCheck]
