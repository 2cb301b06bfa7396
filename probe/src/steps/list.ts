import { canaryExport } from './canary-export.ts'
import { connect } from './connect.ts'
import { handshake } from './handshake.ts'
import { healthCheck } from './health-check.ts'
import type { Step } from './step.ts'
import { tls } from './tls.ts'
import { toolsList } from './tools-list.ts'

/** What a run asks, in this order. */
export const steps: readonly Step[] = [connect, tls, handshake, toolsList, healthCheck, canaryExport]
