import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { StatusReport } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { Redis } from 'ioredis'
import { z } from 'zod'
import { fillRedis } from '../../health/fill.ts'
import { startProgram, temporaryFolder } from '../../support/program.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'

/** What is told of all queues: how many jobs there are, and how many of the queues are consumed. */
export interface Told {
  jobs: number
  consumed: number
}

export interface Contender extends AsyncDisposable {
  /** Asks how all queues are at this moment. */
  ask(): Promise<Told>
}

/** A Redis with queues of so many jobs each. */
export async function filledRedis(names: readonly string[], jobs: number): Promise<TestRedis> {
  const redis = await startRedis()
  for (const name of names) {
    await fillRedis(redis, name, jobs)
    await redis.ask('hset', `bull:${name}:meta`, 'version', 'bullmq:6.7.0')
  }
  return redis
}

/** Connections with the names that BullMQ gives to those of its workers, spread over the queues. */
export async function connectWorkers(
  { url }: TestRedis,
  names: readonly string[],
  count: number,
): Promise<AsyncDisposable> {
  const clients = Array.from({ length: count }, (_, at) => {
    const name = names[at % names.length] ?? ''
    const connectionName = `bull:${Buffer.from(name).toString('base64')}:w:worker-${at}`
    const client = new Redis(url, { connectionName, lazyConnect: true, enableReadyCheck: false, retryStrategy: null })
    // Nobody asks them anything, so nobody is told that the server has ended before them.
    return client.on('error', () => undefined)
  })
  for (let from = 0; from < count; from += 50) {
    await Promise.all(clients.slice(from, from + 50).map((client) => client.connect()))
  }
  return { [Symbol.asyncDispose]: async () => clients.forEach((client) => client.disconnect()) }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0)

/** The reading alone, as our server makes it for a snapshot. */
export async function openReading({ url }: TestRedis, names: readonly string[]): Promise<Contender> {
  const store = openStore(url, 'bull', createLog('silent'))
  const [main = '', ...others] = names
  const observer = store.openObserver(main)
  const queues = [observer, ...others.map((name) => store.openSibling(observer, name))] as const
  await observer.waitUntilReady()
  return {
    async ask() {
      const { queues: read, clients } = await store.readFleet(queues, '')
      const rows = [...read.values()].map((row) => {
        if (row instanceof Error) throw row
        return sum(row.counts)
      })
      const named = clients === null || clients === 'unsupported' ? [] : clients.flat()
      const starts = new Set(named.map(({ name }) => name.split(':w:')[0]))
      const consumed = queues.filter((queue) => starts.has(queue.getBackend().clientName(''))).length
      return { jobs: rows.reduce((all, jobs) => all + jobs, 0), consumed }
    },
    [Symbol.asyncDispose]: () => observer.close(),
  }
}

/** Our server, asked over HTTP for everything that the page shows. */
export async function startServer({ url }: TestRedis, names: readonly string[]): Promise<Contender> {
  const folder = await temporaryFolder()
  const server = await startProgram({
    QUEUE_URL: url,
    DATA_DIR: folder.path,
    QUEUES: names.join(','),
    ROLE: 'server',
    CANARY_INTERVAL_MS: '0',
  })
  return {
    async ask() {
      const answer = await fetch(`${server.url}/api/status`)
      const { fleet } = (await answer.json()) as StatusReport
      const rows = fleet?.queues.filter(({ queue }) => names.includes(queue)) ?? []
      return {
        jobs: rows.reduce((all, { counts }) => all + sum(counts), 0),
        consumed: rows.filter(({ consumers }) => (consumers ?? 0) > 0).length,
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const BoardAnswer = z.object({
  queues: z.array(z.looseObject({ counts: z.record(z.string(), z.number()), hasWorkers: z.boolean().optional() })),
})

/** Bull Board, asked over HTTP for what its overview shows. */
export async function startBoard({ url }: TestRedis, names: readonly string[]): Promise<Contender> {
  const child = fork(fileURLToPath(new URL('bull-board.ts', import.meta.url)), [url, ...names])
  const [port] = (await once(child, 'message')) as [number]
  return {
    async ask() {
      const answer = await fetch(`http://127.0.0.1:${port}/board/api/queues`)
      const { queues } = BoardAnswer.parse(await answer.json())
      return {
        jobs: queues.reduce((all, { counts }) => all + sum(counts), 0),
        consumed: queues.filter(({ hasWorkers }) => hasWorkers).length,
      }
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
