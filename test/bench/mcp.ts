// npm run bench:mcp: what get_export_status costs the server, beside a plain JSON route that makes the same store call and
// beside the SDKs as their examples have them. All in one process, in turns. Prints the report; missed goals do not make it
// fail. Arguments: rounds (5), calls a round (3000).
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { figureSection } from './figure-table.ts'
import { perSecond, quantile } from './figures.ts'
import { goalSection, judge, type Goal } from './goal.ts'
import { describeMachine } from './machine.ts'
import { AT_A_TIME, load, ways } from './mcp/load.ts'
import { Results } from './results.ts'
import { rotated, tellProgress } from './turns.ts'

const [rounds = 5, calls = 3000] = process.argv.slice(2).map(Number)
const WARM_UP = 1000

const hostProgram = fileURLToPath(new URL('mcp/host-process.ts', import.meta.url))

// Goals are on calls that one CPU second pays for: the inverse of the CPU time of a call.
const goals: Goal[] = ['ours-legacy', 'ours-modern'].flatMap((of) => [
  {
    title: `${of}: at most 2.2 times the CPU of a plain route`,
    of,
    figure: 'perCpuSecond',
    ratio: { to: 'bare', atLeast: 1 / 2.2 },
  },
  {
    title: `${of}: at most half the CPU of the plain SDK`,
    of,
    figure: 'perCpuSecond',
    ratio: { to: 'plain-v1', atLeast: 2 },
  },
])

console.info(`${(await describeMachine()).join('\n')}\n${rounds} rounds of ${calls} calls, ${AT_A_TIME} at a time\n`)
await using redis = await startRedis()
await using folder = await temporaryFolder()
for (const [store, url] of [
  ['Redis', redis.url],
  ['SQLite', `sqlite:${join(folder.path, 'queue.sqlite')}`],
] as const) {
  const results = await measure(store, url)
  const columns = [
    { title: 'CPU ms/call', figure: 'cpuMs', digits: 3 },
    { title: 'calls/s', figure: 'perSecond', digits: 0 },
    { title: 'p50 ms', figure: 'p50', digits: 1, plain: true },
    { title: 'p99 ms', figure: 'p99', digits: 1, plain: true },
  ]
  const verdicts = goals.map((goal) => judge(goal, results, (id) => ways.find((way) => way.id === id)?.name ?? id))
  const title = `get_export_status on ${store}; × is the ratio to the route`
  console.info([...figureSection(title, ways, results, columns, 'bare'), ...goalSection(verdicts)].join('\n\n'), '\n')
}

async function measure(store: string, queueUrl: string): Promise<Results> {
  const host = fork(hostProgram, [queueUrl], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const ready = once(host, 'message') as Promise<[{ url: string; jobId: string }]>
  const failed = once(host, 'exit').then(([code]) => Promise.reject(new Error(`the host ended with ${code}`)))
  const [{ url, jobId }] = await Promise.race([ready, failed])
  failed.catch(() => undefined)
  const results = new Results()
  for (const way of ways) await load(url, way, jobId, WARM_UP)
  for (let round = 0; round < rounds; round++) {
    tellProgress(`${store}, round ${round + 1} of ${rounds}`)
    for (const way of rotated(ways, round)) {
      const cpuBefore = await cpuMs(host)
      const startedAt = performance.now()
      const times = await load(url, way, jobId, calls)
      const tookMs = performance.now() - startedAt
      const cpu = (await cpuMs(host)) - cpuBefore
      results.add(way.id, {
        cpuMs: cpu / calls,
        perCpuSecond: (calls / cpu) * 1000,
        perSecond: perSecond(calls, tookMs),
        p50: quantile(times, 0.5),
        p99: quantile(times, 0.99),
      })
    }
  }
  const ended = once(host, 'exit')
  host.disconnect()
  await ended
  return results
}

async function cpuMs(host: ChildProcess): Promise<number> {
  host.send({})
  const [{ cpuMs: ms }] = (await once(host, 'message')) as [{ cpuMs: number }]
  return ms
}
