import { jobData, type BenchQueue, type Contender } from '../contender.ts'
import { fileHost } from '../folder.ts'
import { rivals } from '../rivals.ts'

type Job = ReturnType<typeof jobData>

/** What the bench uses of it. It has no bulk call and deletes completed jobs. */
interface Liteque {
  buildDBClient(path: string, options: { runMigrations: boolean }): object
  SqliteQueue: new (
    name: string,
    db: object,
    options: { defaultJobArgs: { numRetries: number }; keepFailedJobs: boolean },
  ) => { enqueue(data: Job): Promise<unknown> }
  Runner: new (
    queue: object,
    functions: { run(job: { data: Job }): Promise<void>; onComplete(): Promise<void> },
    options: { pollIntervalMs: number; timeoutSecs: number; concurrency: number },
  ) => { run(): Promise<void>; stop(): void }
}

interface BetterSqlite {
  default: { prototype: { exec(sql: string): void; transaction: unknown } }
}

const pollMs = 1000

export const liteque: Contender = {
  id: 'liteque',
  name: 'liteque',
  pollMs,
  absent: rivals.absent,
  start: () => fileHost(`liteque ${rivals.version('liteque')} on better-sqlite3 ${rivals.version('better-sqlite3')}`),
  open,
}

async function open(path: string): Promise<BenchQueue> {
  await allowAsyncTransactions()
  const { buildDBClient, SqliteQueue, Runner } = (await rivals.load('liteque')) as Liteque
  const db = buildDBClient(path, { runMigrations: true })
  const queue = new SqliteQueue('bench', db, { defaultJobArgs: { numRetries: 0 }, keepFailedJobs: false })
  const start = (concurrency: number, run: (job: { data: Job }) => void, completed: () => void) => {
    const functions = { run: async (job: { data: Job }) => run(job), onComplete: async () => completed() }
    const runner = new Runner(queue, functions, { pollIntervalMs: pollMs, timeoutSecs: 5, concurrency })
    const running = runner.run()
    return async () => {
      runner.stop()
      await running
    }
  }
  return {
    async addOneByOne(jobs) {
      for (let added = 0; added < jobs; added++) await queue.enqueue(jobData())
    },
    async process(jobs, concurrency) {
      const { promise, resolve } = Promise.withResolvers<number>()
      let startedAt: number | undefined
      let completed = 0
      const begun = () => void (startedAt ??= performance.now())
      const stop = start(concurrency, begun, () => {
        completed += 1
        if (completed === jobs) resolve(performance.now() - (startedAt ?? 0))
      })
      const tookMs = await promise
      await stop()
      return tookMs
    },
    live: {
      async add(number) {
        await queue.enqueue(jobData(number))
      },
      work: async (started) =>
        start(
          1,
          ({ data }) => started(data.number),
          () => undefined,
        ),
    },
    // It cannot be closed: its files go with the folder.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/**
 * It passes asynchronous functions to better-sqlite3's `transaction`, which since version 11.10 throws then. The versions
 * that did not do not compile on current Node, so they get back what they did: commit when the function returns.
 */
async function allowAsyncTransactions() {
  const { default: Database } = (await rivals.load('better-sqlite3')) as BetterSqlite
  Database.prototype.transaction = function transaction(
    this: { exec(sql: string): void },
    work: (...args: unknown[]) => unknown,
  ) {
    const deferred = (...args: unknown[]) => {
      this.exec('BEGIN')
      try {
        const result = work(...args)
        this.exec('COMMIT')
        return result
      } catch (error) {
        this.exec('ROLLBACK')
        throw error
      }
    }
    return { deferred }
  }
}
