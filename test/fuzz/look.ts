import type { Job } from 'bullmq'
import { idOf, type Queue } from '../contract/desk.ts'
import { places, type Side } from './side.ts'

const states = ['waiting', 'prioritized', 'delayed', 'active', 'waiting-children', 'completed', 'failed'] as const

/** In these the place of a job is a time, which the two stores need not share. */
const byTime: readonly string[] = ['delayed', 'waiting-children', 'completed', 'failed']

/** All that can be seen of a store, but for times: a line for each queue's counts, each job and each job's children. */
export async function lookAt({ queues }: Side): Promise<string[]> {
  const lines: string[] = []
  for (const place of places) lines.push(...(await linesOf(queues[place], place)))
  return lines
}

async function linesOf(queue: Queue, place: string): Promise<string[]> {
  const lines = [`${place} counts ${JSON.stringify(await queue.getJobCounts(...states))}`]
  for (const state of states) {
    const jobs: Job[] = await queue.getJobs([state], 0, -1, true)
    const texts = await Promise.all(jobs.map((job) => described(queue, job)))
    const inOrder = byTime.includes(state) ? texts.toSorted() : texts
    lines.push(...inOrder.map((text) => `${place} ${state} ${text}`))
  }
  return lines
}

async function described(queue: Queue, job: Job): Promise<string> {
  const { processed, unprocessed, ignored, failed } = await job.getDependencies()
  const { logs } = await queue.getJobLogs(idOf(job))
  return JSON.stringify({
    ...pick(job, 'id', 'name', 'data', 'priority', 'attemptsMade', 'attemptsStarted', 'failedReason', 'returnvalue'),
    ...pick(job, 'parentKey', 'deduplicationId', 'deferredFailure', 'progress', 'repeatJobKey'),
    delayed: job.delay > 0,
    finished: job.finishedOn !== undefined,
    begun: job.processedOn !== undefined,
    stacktraces: job.stacktrace?.length ?? 0,
    logs,
    children: [
      Object.entries(processed ?? {}).toSorted(),
      unprocessed?.toSorted(),
      Object.entries(ignored ?? {}).toSorted(),
      failed?.toSorted(),
    ],
  })
}

const pick = <K extends keyof Job>(job: Job, ...keys: K[]) => Object.fromEntries(keys.map((key) => [key, job[key]]))

const STEP = 'step'

/** Writes into the events of both queues that a step is over. */
export async function markStep({ marks }: Side): Promise<void> {
  for (const place of places) await marks[place].publishEvent({ eventName: STEP }, Number.MAX_SAFE_INTEGER)
}

/**
 * Everything that was told of both queues, in order, but for times.
 *
 * @param inAnyOrder steps of which no order is promised: the children of a job are a set
 */
export async function eventsOf({ desk, queues }: Side, inAnyOrder: Set<number>): Promise<string[]> {
  const lines: string[] = []
  for (const place of places) {
    const steps: string[][] = [[]]
    for (const { event, delay: _, ...told } of await desk.history(queues[place], STEP)) {
      if (event === STEP) steps.push([])
      else steps.at(-1)?.push(`${place} ${event} ${JSON.stringify(Object.entries(told).toSorted())}`)
    }
    lines.push(...steps.flatMap((step, at) => (inAnyOrder.has(at) ? step.toSorted() : step)))
  }
  return lines
}
