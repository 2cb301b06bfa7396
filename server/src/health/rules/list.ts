import { dlqDepth } from './dlq-depth.ts'
import { queueDepth } from './queue-depth.ts'
import { queueStore } from './queue-store.ts'
import type { Rule } from './rule.ts'
import { workerRunning } from './worker-running.ts'

/** Every question that a health report answers, in the order of the report. */
export const rules: Rule[] = [queueStore, workerRunning, dlqDepth, queueDepth]
