// npm run bench:snapshot: a fresh look at 20 queues of 5,000 jobs with 0, 200 and 1,000 workers connected, side by side with
// what Bull Board's overview asks on the same Redis. Prints the report. Options: --rounds N, --queues N, --jobs N.
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { quantile } from './figures.ts'
import { describeMachine } from './machine.ts'
import { markdownTable } from './markdown.ts'
import {
  connectWorkers,
  filledRedis,
  openReading,
  startBoard,
  startServer,
  type Contender,
} from './snapshot/contenders.ts'
import { rotated, tellProgress } from './turns.ts'
import { wholeNumber } from './whole-number.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, queues: { type: 'string' }, jobs: { type: 'string' } },
})
const numberOf = (name: 'rounds' | 'queues' | 'jobs', otherwise: number) =>
  values[name] === undefined ? otherwise : wholeNumber(`--${name}`, values[name])
const rounds = numberOf('rounds', 40)
const jobs = numberOf('jobs', 5000)
const names = Array.from({ length: numberOf('queues', 20) }, (_, at) => `queue-${at}`)

/** A snapshot is told again for half a second: only then does the server read a new one. */
const STALE_MS = 550
/** Code that runs twice a second is compiled soon; without this it would be measured before it is. */
const WARM_UP = 200

type Name = 'reading' | 'status' | 'again' | 'board'

await using redis = await filledRedis(names, jobs)
await using reading = await openReading(redis, names)
await using server = await startServer(redis, names)
await using board = await startBoard(redis, names)

async function measure(workers: number): Promise<Record<Name, number[]>> {
  await using _connected = await connectWorkers(redis, names, workers)
  const times: Record<Name, number[]> = { reading: [], status: [], again: [], board: [] }
  const wanted = { jobs: names.length * jobs, consumed: Math.min(workers, names.length) }
  const take = async (name: Name, ask: Contender['ask']) => {
    const began = performance.now()
    const told = await ask()
    times[name].push(performance.now() - began)
    if (told.jobs !== wanted.jobs || (name !== 'again' && told.consumed !== wanted.consumed)) {
      throw new Error(`${name} tells ${JSON.stringify(told)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  const contenders = [
    () => take('reading', reading.ask),
    async () => {
      await pause(STALE_MS)
      await take('status', server.ask)
      await take('again', server.ask)
    },
    () => take('board', board.ask),
  ]
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(contenders, round)) await contender()
  }
  return times
}

const titles: [Name, string][] = [
  ['board', 'Bull Board, GET /api/queues'],
  ['reading', 'the reading of all queues'],
  ['status', 'GET /api/status, fresh'],
  ['again', 'the same again'],
]
for (const { ask } of [reading, server, board]) for (let turn = 0; turn < WARM_UP; turn += 1) await ask()
const rows: string[][] = []
for (const workers of [0, 200, 1000]) {
  tellProgress(`${workers} workers`)
  const times = await measure(workers)
  const cells = titles.map(([name]) => {
    const [p50, p95] = [quantile(times[name], 0.5), quantile(times[name], 0.95)]
    return `${p50.toFixed(1)} / ${p95.toFixed(1)}`
  })
  const ratio = (name: Name) => (quantile(times.board, 0.5) / quantile(times[name], 0.5)).toFixed(1)
  rows.push([String(workers), ...cells, ratio('reading'), ratio('status')])
}
console.info(`${(await describeMachine()).join('\n')}\n`)
console.info(
  markdownTable(
    ['workers', ...titles.map(([, title]) => `${title}, p50 / p95 ms`), 'board : reading', 'board : fresh status'],
    rows,
  ),
)
