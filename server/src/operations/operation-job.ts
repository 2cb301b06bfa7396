import type { Job, JobsOptions, Queue } from 'bullmq'
import { z } from 'zod'
import { DeadLetterSelection, OperationAction, OperationKind } from '../contract.ts'

/** The queue of the operations, one for each queue of exports, so that two installations on one store have their own. */
export const operationsQueueName = (exportQueue: string) => `${exportQueue}-operations`

/** What was asked for, by whom: with its result the record of the operation. */
export const OperationData = z.object({
  kind: OperationAction,
  queue: z.string(),
  selection: DeadLetterSelection,
  error: z.string().optional().describe('What the dead letters of the selected group have in common'),
  rate_per_s: z.number().positive().nullable(),
  asked_by: z.string().nullable(),
  previewed: z.number().int(),
  call: z.string().describe('The call that put it on the queue, of those with the same token the first that came'),
  cancelled: z.boolean().optional().describe('Somebody asked to stop it; who works on it looks here now and then'),
  cancelled_by: z.string().optional(),
})
export type OperationData = z.infer<typeof OperationData>

/**
 * So many may be under way, and so many a worker runs at a time, since slow ones, which wait for their rate nearly always, must not be
 * in the way of others, nor of being cancelled. Each costs four looks a second at whether it is cancelled.
 */
export const OPERATIONS_AT_ONCE = 300

/** What was done at once, kept among the operations so that there is one place to see who did what. */
export const RecordData = z.object({
  kind: OperationKind.exclude(OperationAction.options),
  queue: z.string(),
  about: z.string().describe('What was done, in words'),
  asked_by: z.string().nullable(),
  begun_at: z.number().int().optional().describe('Milliseconds since 1970; without it, it took no time'),
  done: z.number().int().describe('How many were changed by it'),
  total: z.number().int().nullable().describe('Null when nobody has counted'),
  problem: z.string().nullable().describe('Why it was not done'),
})
export type RecordData = z.infer<typeof RecordData>

/** What is on the queue of the operations. */
export type OperationsData = OperationData | RecordData

/** Whether a job is but a record: whoever takes it has nothing to do. */
export const isRecord = (data: OperationsData): data is RecordData => RecordData.safeParse(data).success

/** How far it is, also told as the progress of the job. */
export const OperationTally = z.object({
  chosen: z.number().int(),
  done: z.number().int(),
  gone: z.number().int(),
  kept: z.number().int(),
  left: z.number().int(),
  per_s: z.number().nullable(),
})
export type OperationTally = z.infer<typeof OperationTally>

export type OperationQueue = Queue<OperationsData, OperationTally>
export type OperationJob = Job<OperationsData, OperationTally>

/** So many are the trail of who did what. */
export const KEPT = 5000

/**
 * It goes on where it was however often it is begun, so a store that is away for a minute is no reason to give up. The last
 * {@link KEPT} that are over, and as many that have failed, stay as a record.
 */
export const operationJobOptions: JobsOptions = {
  attempts: 20,
  backoff: { type: 'fixed', delay: 3000 },
  removeOnComplete: { count: KEPT },
  removeOnFail: { count: KEPT },
}
