import { withBackend, type BackendFactory, type IQueueBackend } from 'bullmq'
import { bulks, jobData, type BenchQueue } from '../contender.ts'

const queueName = 'bench'

/** BullMQ's classes with a backend, as the bench uses them. Workers have BullMQ's defaults and keep completed jobs. */
export async function openBullmq<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  connection: C,
): Promise<BenchQueue> {
  const classes = withBackend(factory as BackendFactory<IQueueBackend, unknown>)
  const queue = new classes.Queue(queueName, { connection })
  queue.on('error', (error) => console.error(`queue: ${error.message}`))
  await queue.waitUntilReady()

  const startWorker = async (run: (number: number) => void, concurrency: number) => {
    const worker = new classes.Worker<ReturnType<typeof jobData>>(queueName, async (job) => run(job.data.number), {
      connection,
      concurrency,
      autorun: false,
    })
    worker.on('error', (error) => console.error(`worker: ${error.message}`))
    await worker.waitUntilReady()
    return worker
  }
  return {
    async addOneByOne(jobs) {
      for (let added = 0; added < jobs; added++) await queue.add('job', jobData())
    },
    async addBulk(jobs) {
      for (const bulk of bulks(jobs)) await queue.addBulk(bulk.map((data) => ({ name: 'job', data })))
    },
    async process(jobs, concurrency) {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      let startedAt: number | undefined
      let completed = 0
      const worker = await startWorker(() => void (startedAt ??= performance.now()), concurrency)
      worker.on('completed', () => {
        completed += 1
        if (completed === jobs) resolve(performance.now() - (startedAt ?? 0))
      })
      worker.on('failed', (_job, error) => reject(error))
      const run = worker.run()
      const tookMs = await promise
      await worker.close()
      await run
      return tookMs
    },
    live: {
      async add(number) {
        await queue.add('job', jobData(number))
      },
      async work(started) {
        const worker = await startWorker(started, 1)
        const run = worker.run()
        return async () => {
          await worker.close()
          await run
        }
      },
    },
    [Symbol.asyncDispose]: () => queue.close(),
  }
}
