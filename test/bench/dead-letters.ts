// npm run bench:dead-letters: retrying 20,000 dead letters by the tool, against BullMQ's own retryJobs on the same queue; how
// well a rate is kept; how soon a cancelled operation stops. Prints the report. Options: --jobs N,
// --rounds N, --store SQLite or Redis.
import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { HandleDeadLettersOutput, OperationOutput } from '@queue-ops/server/contract'
import { openApplication, type OtherApplication } from '../support/dead-letters.ts'
import { eventually } from '../support/eventually.ts'
import { connectHttp, type McpClient } from '../support/mcp-client.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { stores, type TestStore } from '../support/stores.ts'
import { median, timed } from './figures.ts'
import { describeMachine } from './machine.ts'
import { markdownTable } from './markdown.ts'
import { tellProgress } from './turns.ts'
import { wholeNumber } from './whole-number.ts'

const { values } = parseArgs({
  options: { jobs: { type: 'string' }, rounds: { type: 'string' }, store: { type: 'string' } },
})
const jobs = values.jobs === undefined ? 20_000 : wholeNumber('--jobs', values.jobs)
const rounds = values.rounds === undefined ? 5 : wholeNumber('--rounds', values.rounds)
const RATE = 200
const SECONDS = 10

/** How long something took, and how much it computed, in milliseconds. */
interface Cost {
  ms: number
  cpuMs: number
}

interface Measured {
  own: Cost[]
  operation: Cost[]
  perS: number
  stoppedMs: number
}

const all = { queue: 'mail', filter: {} }

async function handle(mcp: McpClient, args: Record<string, unknown>) {
  const { structuredContent } = await mcp.call('retry_dead_letters', { ...all, ...args })
  return HandleDeadLettersOutput.parse(structuredContent)
}

async function begin(mcp: McpClient, ratePerS?: number): Promise<string> {
  const { confirm_token: token, count } = await handle(mcp, {})
  tellProgress(`a preview of ${count}`)
  const begun = await handle(mcp, { confirm_token: token, ...(ratePerS !== undefined && { rate_per_s: ratePerS }) })
  return begun.operation_id ?? ''
}

const statusOf = async (mcp: McpClient, id: string) =>
  OperationOutput.parse((await mcp.call('get_operation', { operation_id: id })).structuredContent)

const ended = (mcp: McpClient, id: string) =>
  eventually(async () => {
    const status = await statusOf(mcp, id)
    if (status.state !== 'completed') throw new Error(`the operation is ${status.state}: ${status.fail_reason}`)
    return status
  }, 300_000)

/** Lets all that wait fail again, and tells when one was worked on more than once. */
async function failAgain(app: OtherApplication, count: number) {
  await using work = app.work('fails')
  await eventually(async () => {
    if ((await app.queue.getFailedCount()) < count) throw new Error('not all have failed yet')
  }, 300_000)
  if ([...work.runs.values()].some((runs) => runs > 1)) throw new Error('a job was retried twice')
}

/** A tick of `/proc`, in milliseconds. */
const TICK_MS = 10

/** What a process and, if there is one, the Redis behind it have computed, on whichever core. */
async function cpuMs(pid: number | undefined, url: string): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  const own = (Number(fields[11]) + Number(fields[12])) * TICK_MS
  if (!url.startsWith('redis')) return own
  const redis = new Redis(url)
  const used = [...(await redis.info('cpu')).matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)]
  redis.disconnect()
  return own + used.reduce((sum, [, seconds]) => sum + Number(seconds) * 1000, 0)
}

async function costing(pid: number | undefined, url: string, work: () => Promise<number>): Promise<Cost> {
  const before = await cpuMs(pid, url)
  const ms = await work()
  return { ms, cpuMs: (await cpuMs(pid, url)) - before }
}

/** BullMQ's own retryJobs in another process. */
async function startRival(url: string): Promise<{ pid: number | undefined; retry(): Promise<number> } & Disposable> {
  const child = fork(fileURLToPath(new URL('dead-letters-rival.ts', import.meta.url)), [url, 'mail'])
  await once(child, 'message')
  return {
    pid: child.pid,
    async retry() {
      child.send('go')
      return Number((await once(child, 'message'))[0])
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}

async function measure(store: TestStore): Promise<Measured> {
  await using folder = await temporaryFolder()
  const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: 'mail', CANARY_INTERVAL_MS: '0' }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using worker = await startProgram({ ...settings, ROLE: 'worker' })
  await using app = await openApplication(store.url, 'mail')
  await using mcp = await connectHttp(server.url)
  using rival = await startRival(store.url)
  await app.fail(jobs, (n) => `Error: mailbox ${n} is full`)
  const measured: Measured = { own: [], operation: [], perS: 0, stoppedMs: 0 }
  for (let round = 0; round < rounds; round += 1) {
    tellProgress(`round ${round + 1} of ${rounds}`)
    measured.own.push(await costing(rival.pid, store.url, () => rival.retry()))
    await failAgain(app, jobs)
    const operation = async () => {
      const { created_at: from, finished_at: to, done } = await ended(mcp, await begin(mcp))
      if (done !== jobs) throw new Error(`only ${done} were retried`)
      // From its call to its end, by the clock of this machine, which all processes share.
      return Date.parse(to ?? '') - Date.parse(from)
    }
    measured.operation.push(await costing(worker.process.pid, store.url, operation))
    await failAgain(app, jobs)
  }
  const slow = await begin(mcp, RATE)
  await eventually(async () => {
    if ((await statusOf(mcp, slow)).done < RATE * SECONDS) throw new Error('not for long enough yet')
  })
  measured.stoppedMs = await timed(async () => {
    await mcp.call('cancel_operation', { operation_id: slow })
    await ended(mcp, slow)
  })
  measured.perS = (await statusOf(mcp, slow)).per_s ?? 0
  return measured
}

const rows: string[][] = []
for (const name of values.store?.split(',') ?? ['SQLite', 'Redis']) {
  tellProgress(name)
  const start = stores[name]
  if (!start) throw new Error(`there is no store ${name}`)
  await using store = await start()
  const { own, operation, perS, stoppedMs } = await measure(store)
  const figures = [own, operation].flatMap((costs) => [costs.map(({ ms }) => ms), costs.map(({ cpuMs }) => cpuMs)])
  const [ownMs = 0, ownCpu = 0, operationMs = 0, operationCpu = 0] = figures.map(median)
  const cells = [ownMs, operationMs, ownCpu, operationCpu].map((ms) => ms.toFixed(0))
  const ratios = [operationMs / ownMs, operationCpu / ownCpu].map((ratio) => ratio.toFixed(2))
  rows.push([name, ...cells, ...ratios, perS.toFixed(1), stoppedMs.toFixed(0)])
}
console.info(`${(await describeMachine()).join('\n')}\n`)
console.info(
  markdownTable(
    [
      `${jobs} dead letters`,
      'retryJobs, ms',
      'operation, ms',
      'retryJobs, CPU ms',
      'operation, CPU ms',
      'ratio',
      'of CPU',
      `at ${RATE} a second`,
      'stopped after, ms',
    ],
    rows,
  ),
)
