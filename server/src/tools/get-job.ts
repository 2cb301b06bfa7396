import type { Job, Queue } from 'bullmq'
import { GetJobInput, GetJobOutput, JobState } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { askStore } from '../queue/ask-store.ts'
import { CANARY_ID } from '../queue/canary-job.ts'
import { toldTime } from '../told-time.ts'
import { withoutFolders } from './stack-places.ts'
import { readOnly, type Tool } from './tool.ts'
import { untrusted, untrustedJson } from './untrusted.ts'

/** How much of each text is told, in bytes of the answer. */
export interface TextLimits {
  name: number
  data: number
  progress: number
  returnValue: number
  reason: number
  stack: number
  logLine: number
  logLines: number
}

/** Together they are less than an answer may have. */
const forModels: TextLimits = {
  name: 150,
  data: 3000,
  progress: 250,
  returnValue: 700,
  reason: 700,
  stack: 1200,
  logLine: 200,
  logLines: 8,
}

export const getJob = (queues: AttachedQueues): Tool<typeof GetJobInput, typeof GetJobOutput> => ({
  name: 'get_job',
  title: 'Look into a job',
  description: 'Shows one job of any queue: state, attempts, and what producers and workers wrote in it, cut.',
  input: GetJobInput,
  output: GetJobOutput,
  annotations: readOnly,
  async handle({ queue: name, job_id: id }) {
    return { output: await lookInto(await queues.open(name), id, forModels) }
  },
})

/** One job with as much of its texts as is asked for. Rejects with OpsError `not_found` or `store_unavailable`. */
export async function lookInto(queue: Queue, id: string, most: TextLimits): Promise<GetJobOutput> {
  const found = await askStore(queue, async () => {
    if (!isJobId(id)) return null
    // The state first: what is over by it has its end in the job that is read then.
    const state = JobState.safeParse(await queue.getJobState(id)).data
    // What is in no state is no job: keys of the queue's own stand beside those of jobs.
    if (!state) return null
    const [job, { logs }] = await Promise.all([queue.getJob(id), queue.getJobLogs(id, -most.logLines, -1)])
    return job ? { job, state, logs } : null
  })
  if (!found)
    throw new OpsError(
      'not_found',
      `There is no such job in the queue "${queue.name}": list_dead_letters and list_exports tell ids.`,
    )
  return { queue: queue.name, ...tell(id, found.job, found.state, found.logs, most) }
}

/** On Redis the keys of jobs stand beside the queue's own; no id of a job has a colon, except those of schedulers. */
const isJobId = (id: string) => id !== CANARY_ID && (!id.includes(':') || id.startsWith('repeat:'))

function tell(id: string, job: Job, state: JobState, logs: string[], most: TextLimits): Omit<GetJobOutput, 'queue'> {
  return {
    job_id: id,
    name: untrusted(job.name, most.name),
    state,
    attempts: { made: job.attemptsMade, max: job.opts.attempts || 1 },
    created_at: toldTime(job.timestamp),
    started_at: timeOf(job.processedOn),
    finished_at: timeOf(job.finishedOn),
    untrusted: {
      data: untrustedJson(job.data, most.data),
      progress: untrustedJson(job.progress, most.progress),
      return_value: untrustedJson(job.returnvalue, most.returnValue),
      reason: untrusted(job.failedReason ?? '', most.reason),
      stack: tellStack(job.stacktrace?.at(-1) ?? '', most.stack),
      logs: logs.slice(-most.logLines).map((line) => untrusted(line, most.logLine)),
    },
  }
}

/** What is left out makes room, hence more of it than is told. */
const tellStack = (stack: string, most: number) =>
  untrusted(withoutFolders(stack.slice(0, Math.max(STACK_READ, 2 * most))), most)

const STACK_READ = 10_000

const timeOf = (ms: number | undefined) => (ms ? toldTime(ms) : null)
