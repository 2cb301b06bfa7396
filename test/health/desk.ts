import { randomUUID } from 'node:crypto'
import { createLog } from '@queue-ops/server/log'
import { openStore, type Store } from '@queue-ops/server/store'
import type { Job, Queue, Worker, WorkerOptions } from 'bullmq'
import { TOKEN } from '../contract/desk.ts'

export type Facts = Exclude<Awaited<ReturnType<Store['readFacts']>>, 'unsupported'>

/** One queue of a store, those who put jobs into it and take them out, and who only looks. */
export interface Desk extends AsyncDisposable {
  store: Store
  queue: Queue
  observer: Queue
  facts(): Promise<Facts>
  /** A worker that takes jobs only when it is told to. */
  worker(options?: Partial<WorkerOptions>): Worker
  /** The next job; there has to be one. */
  take(worker: Worker): Promise<Job>
}

export const log = createLog('silent')

/** Only the one who looks, for a user who may not do what a queue needs. */
export async function openLookout(url: string, name: string, prefix = 'bull') {
  const store = openStore(url, prefix, log)
  const observer = store.openObserver(name)
  await observer.waitUntilReady()
  return { store, observer, [Symbol.asyncDispose]: () => observer.close() }
}

export async function openDesk(url: string, name = `health-${randomUUID()}`, prefix = 'bull'): Promise<Desk> {
  const store = openStore(url, prefix, log)
  const queue = store.openQueue(name)
  const observer = store.openObserver(name)
  await Promise.all([queue.waitUntilReady(), observer.waitUntilReady()])
  const opened: { close(): Promise<void> }[] = [queue, observer]
  return {
    store,
    queue,
    observer,
    async facts() {
      const facts = await store.readFacts(observer)
      if (facts === 'unsupported') throw new Error('this store tells no facts')
      return facts
    },
    worker(options = {}) {
      const worker: Worker = store.openWorker(
        name,
        (): Promise<unknown> => Promise.reject(new Error('it never runs')),
        {
          ...options,
          autorun: false,
        },
      )
      opened.push(worker)
      return worker
    },
    async take(worker) {
      const job: Job | undefined = await worker.getNextJob(TOKEN, { block: false })
      if (!job) throw new Error('there is no job to take')
      return job
    },
    async [Symbol.asyncDispose]() {
      for (const thing of opened.toReversed()) await thing.close()
    },
  }
}
