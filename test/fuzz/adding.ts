import type { DeduplicationOptions, FlowJob, JobsOptions } from 'bullmq'
import { operation, type Run } from './operation.ts'
import type { Random } from './random.ts'
import { places, queueName } from './side.ts'

const FAR = 10_000_000

/** Few, so that they meet. */
export const chosenIds = ['j0', 'j1', 'j2', 'j3', 'j4', 'j5']
export const dedupIds = ['d1', 'd2']

function deduplicationFrom(random: Random): DeduplicationOptions {
  return {
    id: random.pick(dedupIds),
    ...(random.chance(0.3) && { ttl: FAR }),
    ...(random.chance(0.2) && { replace: true }),
    ...(random.chance(0.2) && { extend: true }),
    ...(random.chance(0.25) && { keepLastIfActive: true }),
  }
}

function optionsFrom(random: Random): JobsOptions {
  const deduplication = random.chance(0.25) ? deduplicationFrom(random) : undefined
  // A job that is kept for later overwrites another one of its id on Redis.
  const mayChoose = !deduplication?.keepLastIfActive
  return {
    ...(mayChoose && random.chance(0.4) && { jobId: random.pick(chosenIds) }),
    ...(random.chance(0.3) && { priority: 1 + random.below(3) }),
    ...(random.chance(0.2) && { delay: FAR }),
    ...(random.chance(0.15) && { lifo: true }),
    ...(random.chance(0.3) && { attempts: 1 + random.below(3) }),
    ...(random.chance(0.2) && { backoff: random.pick([0, FAR]) }),
    ...(random.chance(0.15) && { removeOnComplete: random.pick([true, 1, 2]) }),
    ...(random.chance(0.15) && { removeOnFail: random.pick([true, 1]) }),
    ...(deduplication && { deduplication }),
  }
}

const onFailure = [
  'failParentOnFailure',
  'ignoreDependencyOnFailure',
  'removeDependencyOnFailure',
  'continueParentOnFailure',
] as const

const MAX_DEPTH = 2

function flowFrom(random: Random, run: Run, path = `${run.step}`): FlowJob {
  const depth = path.split('.').length - 1
  const { deduplication, ...options } = optionsFrom(random)
  const hasChildren = depth < MAX_DEPTH && random.chance(0.75)
  const children = Array.from({ length: hasChildren ? 1 + random.below(3) : 0 }, (_, at) =>
    flowFrom(random, run, `${path}.${at}`),
  )
  return {
    name: `node ${path}`,
    queueName: queueName(run.seed, random.pick(places)),
    // Otherwise BullMQ makes a different one for each store.
    opts: {
      jobId: `node-${path}`,
      ...options,
      ...(depth > 0 && random.chance(0.3) && { [random.pick(onFailure)]: true }),
      ...(children.length === 0 && deduplication && { deduplication }),
    },
    children,
  }
}

export const adding = [
  operation(
    'add',
    (random, { step }) => ({ to: random.pick(places), name: `job ${step}`, opts: optionsFrom(random) }),
    async ({ queues }, { to, name, opts }) => (await queues[to].add(name, { name }, opts)).id,
  ),
  operation(
    'addBulk',
    (random, { step }) => ({
      to: random.pick(places),
      jobs: Array.from({ length: 3 }, (_, at) => ({ name: `job ${step}.${at}`, data: {}, opts: optionsFrom(random) })),
    }),
    async ({ queues }, { to, jobs }) => (await queues[to].addBulk(jobs)).map(({ id }) => id),
  ),
  operation(
    'addFlow',
    (random, run) => flowFrom(random, run),
    async ({ flows }, tree) => {
      await flows.add(tree)
    },
  ),
]
