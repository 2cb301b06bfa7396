import type { Job, JobsOptions, Queue } from 'bullmq'
import { z } from 'zod'
import { ExportedFile, ExportFormat, ExportSelection, FileOptions } from '../contract.ts'
import { SCHEDULE_NAME } from './datasets/schedule-name.ts'

export const EXPORT_JOB = 'export'

/** What an export job carries. Jobs may also be put on the queue by hand, in Bull Board say, so it is checked. */
export const ExportData = z.object({
  dataset: z.string(),
  format: ExportFormat,
  ...ExportSelection.shape,
  ...FileOptions.shape,
  schedule: z
    .object({
      name: z.string().regex(new RegExp(`^${SCHEDULE_NAME}$`)),
      handle: z.uuid(),
      keep: z.number().int().min(1),
      by: z.string().nullable().optional(),
    })
    .optional()
    .describe(
      'The schedule that began it, what makes the names of its files hard to guess, how many results are kept, and who asked for it if it is of no file',
    ),
  owner: z.string().optional().describe('Whose export it is, as far as callers have to say who they are'),
  cancelled: z.boolean().optional().describe('Somebody asked to stop it; who works on it looks here now and then'),
})
export type ExportData = z.infer<typeof ExportData>

/** How an export ended that did not fail. */
const ExportOutcome = z.union([ExportedFile, z.object({ cancelled: z.literal(true) })])
export type ExportOutcome = z.infer<typeof ExportOutcome>

/** Null while it is not over, and for jobs that other hands than ours have ended. */
export const outcomeOf = ({ returnvalue }: ExportJob): ExportOutcome | null =>
  ExportOutcome.safeParse(returnvalue).data ?? null

/** Made once: the first parse of a schema compiles it, which takes longer than all else of a status. */
const PartialData = ExportData.partial()

/** What there is in the data of a job, which other hands than ours may have put there. */
export const dataOf = ({ data }: ExportJob) => PartialData.safeParse(data).data ?? {}

export type ExportQueue = Queue<ExportData, ExportOutcome>
export type ExportJob = Job<ExportData, ExportOutcome>

/** Asked for while it is not over, carried out when it is. */
export function isCancelled(job: ExportJob): boolean {
  const outcome = outcomeOf(job)
  return outcome ? 'cancelled' in outcome : dataOf(job).cancelled === true
}

/** Whether an export may be known to a caller; null is who need not say who he is. */
export const maySee = (job: ExportJob, caller: string | null): boolean =>
  caller === null || dataOf(job).owner === caller

/**
 * How export jobs are tried and kept. The last 1,000 completed ones stay. Failed ones always stay: a limit on their
 * number makes BullMQ delete dead letters silently, without an event or a log line (measured, docs/decisions).
 */
export const exportJobOptions = (attempts: number, backoffMs: number) =>
  ({
    attempts,
    backoff: { type: 'exponential', delay: backoffMs },
    removeOnComplete: { count: 1000 },
    removeOnFail: false,
  }) satisfies JobsOptions

export type JobOptions = ReturnType<typeof exportJobOptions>

/** BullMQ's words for a job whose worker died more often than is tried again (bullmq 6.7, moveStalledJobsToWait). */
const STALLED = 'job stalled more than allowable limit'

/** Why an export failed, in a sentence for the one who asked for it. */
export const failReason = (reason: string) =>
  reason === STALLED
    ? 'The worker died in the middle of this export, several times: see its log for the cause.'
    : reason
