import { Worker } from 'bullmq'
import { openQueue } from './store.ts'
import type { System } from './system.ts'

/** The queue of another application, watched by QUEUES. */
export const NEWSLETTERS = 'newsletters'

/** A worker of that application, and a producer. They end with the system. */
export function startNewsletters({ store, owns }: System, send: () => Promise<void> = async () => undefined) {
  const worker = new Worker(NEWSLETTERS, send, { connection: { url: store.url } })
  worker.on('error', () => undefined)
  owns({ [Symbol.asyncDispose]: () => worker.close() })
  const queue = openQueue(store.url, NEWSLETTERS)
  owns({ [Symbol.asyncDispose]: () => queue.close() })
  return queue
}
