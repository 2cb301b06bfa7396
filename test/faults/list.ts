import type { Fault } from './fault.ts'
import { deadLettersAboveLimit } from './faults/dead-letters-above-limit.ts'
import { redisFrozen } from './faults/redis-frozen.ts'
import { redisKilled } from './faults/redis-killed.ts'
import { toolsListEmpty } from './faults/tools-list-empty.ts'
import { workerKilled } from './faults/worker-killed.ts'

/** Every fault of the matrix, in the order of its table. */
export const faults: Fault[] = [workerKilled, redisKilled, redisFrozen, deadLettersAboveLimit, toolsListEmpty]
