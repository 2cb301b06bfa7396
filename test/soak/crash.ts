import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { eventually } from '../support/eventually.ts'
import { runProgram, serverProgram, temporaryFolder } from '../support/program.ts'
import { concurrency, type CrashFiles, type Share } from './crash-settings.ts'

/** How hard it goes. */
export interface CrashPlan {
  jobs: number
  seconds: number
  workers: number
  producers: number
  killEveryMs: number
  /** As in the connection to the queue. */
  synchronous: 'normal' | 'full'
}

/** What was found when all was over. */
export interface CrashReport {
  acknowledged: number
  completed: number
  /** Acknowledged, but neither completed nor anywhere else. */
  lost: string[]
  executions: number
  /** Executions beyond the first of a job. */
  repeated: number
  kills: { workers: number; producers: number }
  /** Only what a killed worker had in hand may run again, so no more than this. */
  repeatsExplained: number
  counts: Record<string, number>
  /** What `queue-ops store check` says. */
  check: string
  errors: string[]
}

/** Runs workers and producers on one file and kills a random one again and again; then lets the rest finish. */
export async function crash(plan: CrashPlan): Promise<CrashReport> {
  await using folder = await temporaryFolder()
  const files: CrashFiles = {
    queue: 'crash',
    connection: { path: join(folder.path, 'queue.sqlite'), synchronous: plan.synchronous },
    executions: join(folder.path, 'executions'),
    acknowledged: join(folder.path, 'acknowledged'),
    errors: join(folder.path, 'errors'),
  }
  const share = Math.ceil(plan.jobs / plan.producers)
  const everyMs = (plan.seconds * 1000) / share
  const workers = Array.from({ length: plan.workers }, () => new Restarted('crash-worker.ts', [files]))
  const producers = Array.from({ length: plan.producers }, (_, at) => {
    const own: Share = { name: `p${at}`, jobs: share, everyMs: Math.max(everyMs * 0.6, 1) }
    return new Restarted('crash-producer.ts', [files, own])
  })
  const all = [...workers, ...producers]
  const end = Date.now() + plan.seconds * 1000
  while (Date.now() < end) {
    await pause(plan.killEveryMs)
    all[Math.floor(Math.random() * all.length)]?.kill()
  }
  await Promise.all(producers.map((producer) => producer.finished()))

  const { Queue } = withBackend(createSqliteBackend)
  const queue = new Queue(files.queue, { connection: files.connection })
  const total = share * plan.producers
  const counts = await eventually(async () => {
    const now = await queue.getJobCounts()
    if (now['completed'] !== total) throw new Error(`${now['completed']} of ${total} completed: ${JSON.stringify(now)}`)
    return now
  }, 120_000)
  const completed = new Set(await idsOf(queue))
  await Promise.all(workers.map((worker) => worker.end()))
  await queue.close()

  const acknowledged = readdirSync(folder.path)
    .filter((name) => name.startsWith('acknowledged'))
    .flatMap((name) => linesOf(join(folder.path, name)))
  const executions = linesOf(files.executions)
  const kills = { workers: sum(workers), producers: sum(producers) }
  const { stdout } = await runProgram(serverProgram, ['store', 'check'], {
    QUEUE_URL: `sqlite:${files.connection.path}`,
  })
  return {
    acknowledged: new Set(acknowledged).size,
    completed: completed.size,
    lost: acknowledged.filter((id) => !completed.has(id)),
    executions: executions.length,
    repeated: executions.length - new Set(executions).size,
    kills,
    repeatsExplained: kills.workers * concurrency,
    counts,
    check: stdout.trim(),
    errors: linesOf(files.errors),
  }
}

async function idsOf(queue: { getRanges(types: ['completed'], start: number, end: number): Promise<string[]> }) {
  return queue.getRanges(['completed'], 0, -1)
}

/** A process that is started again whenever it dies, until it has finished or is no longer wanted. */
class Restarted {
  kills = 0
  readonly #program: string
  readonly #args: string[]
  readonly #finished = Promise.withResolvers<void>()
  #child: ChildProcess
  #wanted = true

  constructor(program: string, args: object[]) {
    this.#program = join(dirname(fileURLToPath(import.meta.url)), program)
    this.#args = args.map((arg) => JSON.stringify(arg))
    this.#child = this.#start()
  }

  kill(): void {
    if (this.#child.kill('SIGKILL')) this.kills += 1
  }

  /** Fulfilled when it has ended by itself. */
  finished(): Promise<void> {
    return this.#finished.promise
  }

  async end(): Promise<void> {
    this.#wanted = false
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, [this.#program, ...this.#args], { stdio: 'inherit' })
    child.once('exit', (code) => {
      if (code === 0) this.#finished.resolve()
      else if (this.#wanted) this.#child = this.#start()
    })
    return child
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

const sum = (processes: Restarted[]) => processes.reduce((kills, { kills: own }) => kills + own, 0)
