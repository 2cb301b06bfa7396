import { bulks, jobData, type BenchQueue, type Contender } from '../contender.ts'
import { fileHost } from '../folder.ts'
import { rivals } from '../rivals.ts'

/** What the bench uses of it; its workers do one job at a time. */
interface Plainjob {
  better(database: object): object
  defineQueue(options: { connection: object; logger: object }): {
    add(type: string, data: unknown): void
    addMany(type: string, data: unknown[]): void
    close(): void
  }
  defineWorker(
    type: string,
    processor: (job: { data: string }) => void,
    options: { queue: object; logger: object; onCompleted?: () => void },
  ): { start(): Promise<void>; stop(): Promise<void> }
}

interface BetterSqlite {
  default: new (path: string) => object
}

const silent = { error: console.error, warn: () => undefined, info: () => undefined, debug: () => undefined }
const type = 'job'

export const plainjob: Contender = {
  id: 'plainjob',
  name: 'plainjob',
  pollMs: 1000,
  growthLimit: Infinity,
  absent: rivals.absent,
  start: () => fileHost(`plainjob ${rivals.version('plainjob')} on better-sqlite3 ${rivals.version('better-sqlite3')}`),
  open,
}

async function open(path: string): Promise<BenchQueue> {
  const { default: Database } = (await rivals.load('better-sqlite3')) as BetterSqlite
  const { better, defineQueue, defineWorker } = (await rivals.load('plainjob')) as Plainjob
  const queue = defineQueue({ connection: better(new Database(path)), logger: silent })
  return {
    async addOneByOne(jobs) {
      for (let added = 0; added < jobs; added++) queue.add(type, jobData())
    },
    async addBulk(jobs) {
      for (const bulk of bulks(jobs)) queue.addMany(type, bulk)
    },
    async process(jobs, concurrency) {
      const { promise, resolve } = Promise.withResolvers<number>()
      let startedAt: number | undefined
      let completed = 0
      const onCompleted = () => {
        completed += 1
        if (completed === jobs) resolve(performance.now() - (startedAt ?? 0))
      }
      const process = () => void (startedAt ??= performance.now())
      const options = { queue, logger: silent, onCompleted }
      const workers = Array.from({ length: concurrency }, () => defineWorker(type, process, options))
      const runs = workers.map((worker) => worker.start())
      const tookMs = await promise
      await Promise.all(workers.map((worker) => worker.stop()))
      await Promise.all(runs)
      return tookMs
    },
    live: {
      async add(number) {
        queue.add(type, jobData(number))
      },
      async work(started) {
        const tell = ({ data }: { data: string }) => started((JSON.parse(data) as { number: number }).number)
        const worker = defineWorker(type, tell, { queue, logger: silent })
        const run = worker.start()
        return async () => {
          await worker.stop()
          await run
        }
      },
    },
    async [Symbol.asyncDispose]() {
      queue.close()
    },
  }
}
