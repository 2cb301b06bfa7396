import type { Queue } from 'bullmq'
import type { GetQueueOutput, ListQueuesOutput, PauseQueueOutput } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { CANARY_ID } from '../queue/canary-job.ts'
import { consumersOf, type Clients } from '../queue/consumers.ts'
import type { Store } from '../queue/store.ts'
import { perMinute } from './per-minute.ts'
import type { Trail } from './record.ts'

/** What there is to say of a queue in a list. Rejects with OpsError `store_unavailable`. */
export async function describeQueue(
  store: Store,
  queue: Queue,
  clients: Clients,
): Promise<ListQueuesOutput['queues'][number]> {
  const { counts, paused } = await askStore(queue, () => store.readCounts(queue, CANARY_ID))
  const consumers = consumersOf(queue, clients)
  return { queue: queue.name, paused, counts, consumers: consumers === 'unsupported' ? null : consumers.length }
}

/** The same and more of one. Rejects with OpsError `store_unavailable`. */
export async function inspectQueue(store: Store, queue: Queue): Promise<GetQueueOutput> {
  const [facts, clients, completed, failed, version] = await askStore(queue, () =>
    Promise.all([
      store.readFacts(queue, CANARY_ID),
      store.readClients(queue),
      queue.getMetrics('completed', 0, 4),
      queue.getMetrics('failed', 0, 4),
      queue.getVersion(),
    ]),
  )
  const now = Date.now()
  const known = facts === 'unsupported' ? null : facts
  const [completedRate, failedRate] = [perMinute(completed, now), perMinute(failed, now)]
  const counted = completedRate !== null || failedRate !== null
  return {
    ...(await describeQueue(store, queue, clients)),
    oldest_waiting_s: known?.oldestWaiting ? Math.max(0, Math.round((now - known.oldestWaiting.readyAt) / 1000)) : null,
    dead_letters_in_5_min: known?.deadLetters.inFiveMinutes ?? null,
    per_minute: counted ? { completed: completedRate ?? 0, failed: failedRate ?? 0 } : null,
    version: version?.replace(/^bullmq:/, '') ?? null,
  }
}

/**
 * Pauses or resumes a queue for all its workers, at once: what is active is finished. Rejects with OpsError `invalid_input`
 * when pausing would lose jobs, and `store_unavailable`.
 */
export async function setPaused(
  queue: Queue,
  paused: boolean,
  askedBy: string,
  trail: Trail,
): Promise<PauseQueueOutput> {
  const before = await askStore(queue, () => queue.isPaused())
  if (before !== paused) {
    if (paused) await requireOwnPause(queue)
    await askStore(queue, () => (paused ? queue.pause() : queue.resume()))
  }
  await trail.record({
    kind: paused ? 'pause' : 'resume',
    queue: queue.name,
    about: before === paused ? 'it was so before' : 'all its workers',
    asked_by: askedBy,
    done: before === paused ? 0 : 1,
    total: 1,
    problem: null,
  })
  return { queue: queue.name, paused, changed: before !== paused }
}

/**
 * Before version 6, BullMQ keeps what waits in a paused queue elsewhere, and its own resume puts that in the place of what it
 * finds in line: jobs that were there when another version paused it would be lost.
 */
async function requireOwnPause(queue: Queue) {
  const version = await askStore(queue, () => queue.getVersion())
  const major = Number(/^bullmq:(\d+)/.exec(version ?? '')?.[1] ?? Number.NaN)
  if (version === null || major >= 6) return
  throw new OpsError(
    'invalid_input',
    `The queue "${queue.name}" is run by an older BullMQ (before 6), which has its own way to pause: pause it from its application.`,
  )
}
