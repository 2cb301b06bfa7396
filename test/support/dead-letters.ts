import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import type { Queue } from 'bullmq'
import { eventually } from './eventually.ts'

/** A queue of another application, with a producer and the workers that a test asks for. */
export interface OtherApplication extends AsyncDisposable {
  queue: Queue
  /** Puts so many jobs on the queue and lets each fail for good, with the reason that is given for its number. */
  fail(count: number, reason: (n: number) => string): Promise<void>
  /** A worker that does this with each job. */
  workOn(processor: (n: number, id: string) => void): AsyncDisposable
  /** Counts how often each job is worked on from now on, until this is disposed of; each fails again when asked. */
  work(outcome: 'completes' | 'fails'): { runs: Map<string, number> } & AsyncDisposable
}

export async function openApplication(url: string, name: string): Promise<OtherApplication> {
  const store = openStore(url, 'bull', createLog('silent'))
  const queue = store.openQueue(name)
  await queue.waitUntilReady()
  const opened: AsyncDisposable[] = []
  const openWorker = (processor: (n: number, id: string) => void) => {
    const worker = store.openWorker<{ n: number }, void>(name, async (job) => processor(job.data.n, job.id ?? ''), {
      concurrency: 200,
      metrics: { maxDataPoints: 100 },
    })
    const disposable = { [Symbol.asyncDispose]: () => worker.close() }
    opened.push(disposable)
    return disposable
  }
  return {
    queue,
    workOn: openWorker,
    async fail(count, reason) {
      const jobs = Array.from({ length: count }, (_, n) => ({ name: n % 2 === 0 ? 'send' : 'reply', data: { n } }))
      const before = await queue.getFailedCount()
      for (let from = 0; from < count; from += 2000) await queue.addBulk(jobs.slice(from, from + 2000))
      await using _worker = openWorker((n) => {
        throw new Error(reason(n))
      })
      await eventually(async () => {
        if ((await queue.getFailedCount()) < before + count) throw new Error('not all have failed yet')
      })
    },
    work(outcome) {
      const runs = new Map<string, number>()
      const worker = openWorker((_n, id) => {
        runs.set(id, (runs.get(id) ?? 0) + 1)
        if (outcome === 'fails') throw new Error('still broken')
      })
      return { runs, ...worker }
    },
    async [Symbol.asyncDispose]() {
      for (const worker of opened) await worker[Symbol.asyncDispose]()
      await queue.close()
    },
  }
}
