import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { probeProgram, runProgram, startProgram, temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { fillRedis } from './fill.ts'

const RUNS = 40

/** Linux counts CPU in these (`getconf CLK_TCK`). */
const TICK_MS = 10

/** What a run of the probe costs a server, besides what the server spends on its own looks at the queues. */
export interface RunCost {
  /** Of the server for one run, in milliseconds. */
  runMs: number
  /** Of the server for a second in which nobody asks, in milliseconds. */
  idleMsPerS: number
}

/** Lets the built probe check a built server that watches `queues` queues of `jobs` jobs on Redis. */
export async function runCost(queues: number, jobs: number): Promise<RunCost> {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const further = Array.from({ length: queues - 1 }, (_, at) => `queue-${at}`)
  for (const name of further) await fillRedis(redis, name, jobs)
  await using server = await startProgram({
    QUEUE_URL: redis.url,
    DATA_DIR: folder.path,
    QUEUES: further.join(','),
    WAITING_LIMIT: '10000000',
  })
  const run = () => runProgram(probeProgram, ['--url', `${server.url}/mcp`, '--once'])
  // Code that is not yet compiled is no cost of a run.
  for (let at = 0; at < RUNS; at++) await run()
  const from = performance.now()
  const busy = await cpuDuring(server.process.pid, async () => {
    for (let at = 0; at < RUNS; at++) await run()
  })
  const lastedMs = performance.now() - from
  const idle = await cpuDuring(server.process.pid, () => pause(lastedMs))
  return { runMs: (busy - idle) / RUNS, idleMsPerS: (idle / lastedMs) * 1000 }
}

async function cpuDuring(pid: number | undefined, work: () => Promise<unknown>): Promise<number> {
  const before = cpuMs(pid)
  await work()
  return cpuMs(pid) - before
}

/** proc(5): fields 14 and 15 behind the name of the program, which is in brackets. */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
