import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import type { Fault } from '../fault.ts'
import { DATASET } from '../system.ts'
import { SHORT_LOOK_BACK } from '../windows.ts'

export const backlogGrowing: Fault = {
  name: 'backlog growing',
  how: 'ten exports a second, of which the worker finishes one; all are recent and far below the limit of their number',
  system: {
    store: 'redis',
    workerModule: 'faulty-reads.ts',
    workerEnv: { WORKER_CONCURRENCY: '1' },
    limits: { ...SHORT_LOOK_BACK.limits, drain_s: '5/10' },
  },
  seenAs: ['backlog'],
  window: { ms: SHORT_LOOK_BACK.ms, why: '20 s: window_s, set here (default 300), with drain_s 10 (default 900)' },
  async inject({ queue, flag }) {
    await writeFile(flag, 'slow')
    const producer = produce(queue)
    return async () => {
      await producer.stop()
      await rm(flag)
      await queue.drain()
    }
  },
}

function produce(queue: Queue): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await queue.add('export', { dataset: DATASET, format: 'csv' }, { jobId: randomUUID() })
      await pause(100)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await loop
    },
  }
}
