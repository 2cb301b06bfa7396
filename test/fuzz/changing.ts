import type { Job } from 'bullmq'
import { chosenIds, dedupIds } from './adding.ts'
import { operation } from './operation.ts'
import type { Random } from './random.ts'
import { places, type Side, type Place } from './side.ts'

const FAR = 20_000_000

const anyId = (random: Random) => random.pick([...chosenIds, '1', '2', '3', '4', '5', '6'])
const anyJob = (random: Random) => ({ of: random.pick(places), id: anyId(random) })
const anyQueue = (random: Random) => ({ of: random.pick(places) })

/** Does something with a job, if it is there. */
async function withJob({ queues }: Side, of: Place, id: string, work: (job: Job) => Promise<unknown>) {
  const job: Job | undefined = await queues[of].getJob(id)
  return job ? work(job) : 'no such job'
}

const finished = ['failed', 'completed'] as const
const cleanable = ['wait', 'delayed', 'completed', 'failed', 'prioritized', 'active'] as const

export const changingJobs = [
  operation('promote', anyJob, (side, { of, id }) => withJob(side, of, id, (job) => job.promote())),
  operation(
    'changePriority',
    (random) => ({ ...anyJob(random), opts: { priority: random.below(4), lifo: random.chance(0.3) } }),
    (side, { of, id, opts }) => withJob(side, of, id, (job) => job.changePriority(opts)),
  ),
  operation('changeDelay', anyJob, (side, { of, id }) => withJob(side, of, id, (job) => job.changeDelay(FAR))),
  operation(
    'retry',
    (random) => ({
      ...anyJob(random),
      from: random.pick(finished),
      opts: random.chance(0.5) ? { resetAttemptsMade: true } : {},
    }),
    (side, { of, id, from, opts }) => withJob(side, of, id, (job) => job.retry(from, opts)),
  ),
  operation(
    'updateProgress',
    (random) => ({ ...anyJob(random), progress: random.below(100) }),
    (side, { of, id, progress }) => withJob(side, of, id, (job) => job.updateProgress(progress)),
  ),
  operation(
    'updateData',
    (random, { step }) => ({ ...anyJob(random), data: { step } }),
    (side, { of, id, data }) => withJob(side, of, id, (job) => job.updateData(data)),
  ),
  operation(
    'addLog',
    (random, { step }) => ({ ...anyJob(random), line: `line ${step}`, keep: random.pick([undefined, 1]) }),
    ({ queues }, { of, id, line, keep }) => queues[of].addJobLog(id, line, keep),
  ),
  operation('leaveParent', anyJob, (side, { of, id }) => withJob(side, of, id, (job) => job.removeChildDependency())),
  operation('removeUnprocessedChildren', anyJob, (side, { of, id }) =>
    withJob(side, of, id, (job) => job.removeUnprocessedChildren()),
  ),
  operation('releaseDeduplication', anyJob, (side, { of, id }) =>
    withJob(side, of, id, (job) => job.removeDeduplicationKey()),
  ),
  operation(
    'remove',
    (random) => ({ ...anyJob(random), removeChildren: random.chance(0.5) }),
    ({ queues }, { of, id, removeChildren }) => queues[of].remove(id, { removeChildren }),
  ),
]

export const changingQueues = [
  operation('pause', anyQueue, ({ queues }, { of }) => queues[of].pause()),
  operation('resume', anyQueue, ({ queues }, { of }) => queues[of].resume()),
  operation('promoteJobs', anyQueue, ({ queues }, { of }) => queues[of].promoteJobs()),
  operation(
    'retryJobs',
    (random) => ({ ...anyQueue(random), state: random.pick(finished) }),
    ({ queues }, { of, state }) => queues[of].retryJobs({ state }),
  ),
  operation(
    'setGlobalConcurrency',
    (random) => ({ ...anyQueue(random), concurrency: random.below(3) }),
    ({ queues }, { of, concurrency }) =>
      concurrency === 0 ? queues[of].removeGlobalConcurrency() : queues[of].setGlobalConcurrency(concurrency),
  ),
  operation(
    'freeDeduplication',
    (random) => ({ ...anyQueue(random), id: random.pick(dedupIds) }),
    ({ queues }, { of, id }) => queues[of].removeDeduplicationKey(id),
  ),
  operation(
    'drain',
    (random) => ({ ...anyQueue(random), delayed: random.chance(0.5) }),
    ({ queues }, { of, delayed }) => queues[of].drain(delayed),
  ),
  operation(
    'clean',
    (random) => ({ ...anyQueue(random), limit: random.below(3), state: random.pick(cleanable) }),
    async ({ queues }, { of, limit, state }) => (await queues[of].clean(0, limit, state)).toSorted(),
  ),
]
