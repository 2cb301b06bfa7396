// npm run bench:dead-letters: retrying 20,000 dead letters by the tool, against BullMQ's own retryJobs on the same queue; how
// well a rate is kept; how soon a cancelled operation stops. Prints the report. Options: --jobs N, --rounds N.
import { parseArgs } from 'node:util'
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

const { values } = parseArgs({ options: { jobs: { type: 'string' }, rounds: { type: 'string' } } })
const jobs = values.jobs === undefined ? 20_000 : wholeNumber('--jobs', values.jobs)
const rounds = values.rounds === undefined ? 5 : wholeNumber('--rounds', values.rounds)
const RATE = 200
const SECONDS = 10

interface Measured {
  own: number[]
  operation: number[]
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

async function measure(store: TestStore): Promise<Measured> {
  await using folder = await temporaryFolder()
  const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: 'mail', CANARY_INTERVAL_MS: '0' }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
  await using app = await openApplication(store.url, 'mail')
  await using mcp = await connectHttp(server.url)
  await app.fail(jobs, (n) => `Error: mailbox ${n} is full`)
  const measured: Measured = { own: [], operation: [], perS: 0, stoppedMs: 0 }
  for (let round = 0; round < rounds; round += 1) {
    tellProgress(`round ${round + 1} of ${rounds}`)
    measured.own.push(await timed(() => app.queue.retryJobs()))
    await failAgain(app, jobs)
    // From its call to its end, by the clock of this machine, which all three share.
    const { created_at: from, finished_at: to, done } = await ended(mcp, await begin(mcp))
    if (done !== jobs) throw new Error(`only ${done} were retried`)
    measured.operation.push(Date.parse(to ?? '') - Date.parse(from))
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
for (const name of ['SQLite', 'Redis']) {
  tellProgress(name)
  const start = stores[name]
  if (!start) throw new Error(`there is no store ${name}`)
  await using store = await start()
  const { own, operation, perS, stoppedMs } = await measure(store)
  const best = [Math.min(...own), Math.min(...operation)] as const
  const ratios = [median(operation) / median(own), best[1] / best[0]]
  const cells = [median(own), median(operation), ...best].map((ms) => ms.toFixed(0))
  rows.push([name, ...cells, ...ratios.map((ratio) => ratio.toFixed(2)), perS.toFixed(1), stoppedMs.toFixed(0)])
}
console.info(`${(await describeMachine()).join('\n')}\n`)
const ms = `${jobs} dead letters, ms`
console.info(
  markdownTable(
    [
      ms,
      'retryJobs',
      'operation',
      'retryJobs, best',
      'operation, best',
      'ratio',
      'of the best',
      `at ${RATE} a second`,
      'stopped after, ms',
    ],
    rows,
  ),
)
