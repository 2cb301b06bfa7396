import type { JobJson, ParentKeyOpts } from 'bullmq'
import { deduplicate } from './dedup.ts'
import { addDependency, Dependency, releaseIfNothingPending } from './dependencies.ts'
import { emit } from './events.ts'
import { findByKey, findJob, jobKey, type JobRow } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { Refusal, refusals, refuse, type RefusalCode } from './refusal.ts'
import { State } from './state.ts'
import { storeJob, type NewJob } from './store-job.ts'
import type { Transaction } from './transaction.ts'

/** One job to add, with where it stands in a flow. */
export interface Addition {
  job: JobJson
  /** Empty: the queue gives the next number. */
  jobId: string | undefined
  parentKeyOpts?: ParentKeyOpts | undefined
}

/** Adds a job and gives its id: that of an older one when the id is taken or the job is deduplicated. */
export function addJob(tx: Transaction, queue: QueueRow, { job, jobId, parentKeyOpts = {} }: Addition): string {
  const attempt = { command: 'addJob', parentKey: parentKeyOpts.parentKey }
  const parent = job.parentKey ? findByKey(tx, job.parentKey) : undefined
  if (job.parentKey && !parent) throw refuse(refusals.parentMissing, attempt)
  const taken = jobId ? findJob(tx, queue, jobId) : undefined
  const childOf = parentKeyOpts.parentDependenciesKey ? (job.parentKey ?? null) : null
  queue.ensure()
  // Refused or not, as on Redis.
  const next = queue.nextJobId()
  if (taken) return adopt(tx, queue, taken, job, parent, parentKeyOpts)

  const added: NewJob = {
    id: jobId || String(next),
    name: job.name,
    data: job.data,
    opts: job.opts,
    timestamp: job.timestamp,
    parentKey: job.parentKey ?? null,
    parent: job.parentKey && job.parent ? JSON.stringify(job.parent) : null,
    scheduler: job.repeatJobKey ?? null,
    waitsForChildren: parentKeyOpts.addToWaitingChildren === true,
  }
  const standsForIt = deduplicate(tx, queue, added, childOf, !added.waitsForChildren)
  if (standsForIt !== null) return standsForIt
  storeJob(tx, queue, added)
  if (parent && childOf !== null) addDependency(tx, parent.job.key, jobKey(queue, added.id), Dependency.pending)
  return added.id
}

/** A job with this id exists: it stays as it is, and becomes a child of the new parent unless it has another one. */
function adopt(
  tx: Transaction,
  queue: QueueRow,
  taken: JobRow,
  job: JobJson,
  parent: ReturnType<typeof findByKey>,
  options: ParentKeyOpts,
): string {
  const other = taken.parent_key
  const isFree = other === null || other === (job.parentKey ?? null) || !findByKey(tx, other)
  if (!isFree && job.parentKey) {
    throw refuse(refusals.parentCannotBeReplaced, { command: 'addJob', parentKey: options.parentKey })
  }
  if (isFree && parent && job.parentKey) {
    const childKey = jobKey(queue, taken.id)
    if (taken.state === State.completed) {
      addDependency(tx, parent.job.key, childKey, Dependency.processed, { value: taken.return_value })
      if (!options.deferParentRelease) {
        releaseIfNothingPending(tx, parent.queue, parent.job, job.timestamp)
      }
    } else if (options.parentDependenciesKey) {
      addDependency(tx, parent.job.key, childKey, Dependency.pending)
    }
    const stored = job.parent ? JSON.stringify(job.parent) : null
    tx.sql('UPDATE job SET parent_key = ?, parent = ? WHERE key = ?').run(job.parentKey, stored, taken.key)
  }
  emit(tx, queue, 'duplicated', { jobId: taken.id })
  return taken.id
}

/**
 * Adds many jobs of one queue, a step each. One that is refused gets the number of the reason for its id, as on Redis.
 */
export function* addJobs(tx: Transaction, queue: QueueRow, additions: Addition[]): Generator<void, string[]> {
  const ids: string[] = []
  for (const addition of additions) {
    ids.push(String(addOrRefuse(tx, queue, addition)))
    yield
  }
  return ids
}

function addOrRefuse(tx: Transaction, queue: QueueRow, addition: Addition): string | RefusalCode {
  try {
    return addJob(tx, queue, addition)
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** One node of a flow; the nodes of one flow may be of several queues. */
export interface FlowNode extends Addition {
  queueName: string
}

/**
 * Adds a whole flow, parents first, a step each, and gives for each node its id, or the number of what went wrong. A parent
 * is released only when all nodes are there: its first child may have been completed before.
 */
export function* addFlow(tx: Transaction, nodes: FlowNode[]): Generator<void, (string | number)[]> {
  const parents = new Set<string>()
  const incomplete = new Set<string>()
  const answers: (string | number)[] = []
  for (const { queueName, ...addition } of nodes) {
    const { parentKeyOpts } = addition
    const parentKey = parentKeyOpts?.parentKey
    if (parentKey && addition.job.parent) parents.add(parentKey)
    const answer = addOrRefuse(tx, tx.queue(queueName), {
      ...addition,
      parentKeyOpts: { ...parentKeyOpts, deferParentRelease: true },
    })
    if (answer === refusals.parentCannotBeReplaced && parentKey) incomplete.add(parentKey)
    answers.push(answer)
    yield
  }
  for (const key of parents) {
    const found = incomplete.has(key) ? undefined : findByKey(tx, key)
    if (found) releaseIfNothingPending(tx, found.queue, found.job, Date.now())
    yield
  }
  return answers
}
