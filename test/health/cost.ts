import { join } from 'node:path'
import { StatementSync } from 'node:sqlite'
import { gatherSignals, type Observed, type Target } from '@queue-ops/server/gather-signals'
import { sharedStore } from '@queue-ops/server/shared-store'
import { openStore } from '@queue-ops/server/store'
import { Redis } from 'ioredis'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { fillRedis, fillSqlite } from './fill.ts'
import { log } from './desk.ts'

/** What one look at all queues of a store costs. */
export interface Cost {
  /** Commands that Redis carried out, or statements on the queue file. */
  commands: number
  /** What Redis says that they took in it, in milliseconds; null on SQLite, where it is part of this process. */
  storeMs: number | null
  /** Of this process, in milliseconds, the mean of several looks. */
  cpuMs: number
  seen: Observed[]
  /** The SQL of the statements. */
  sql: string[]
}

/** A store with queues of so many jobs each, half of them waiting. */
interface FilledStore extends AsyncDisposable {
  look(): Promise<Observed[]>
  count(work: () => Promise<unknown>): Promise<Pick<Cost, 'commands' | 'storeMs' | 'sql'>>
}

const LOOKS = 20

/** Looks at `queues` queues with `jobs` jobs each. */
export async function costOf(
  open: (queues: number, jobs: number) => Promise<FilledStore>,
  queues: number,
  jobs: number,
): Promise<Cost> {
  await using store = await open(queues, jobs)
  // Code that is not yet compiled, and connections that are not yet ready, are no cost of a look.
  for (let look = 0; look < LOOKS; look++) await store.look()
  const counted = await store.count(store.look)
  const before = process.cpuUsage()
  let seen: Observed[] = []
  for (let look = 0; look < LOOKS; look++) seen = await store.look()
  const { user, system } = process.cpuUsage(before)
  return { ...counted, cpuMs: (user + system) / 1000 / LOOKS, seen }
}

export const filled = {
  async Redis(queues: number, jobs: number): Promise<FilledStore> {
    const redis = await startRedis()
    const names = namesOf(queues)
    for (const name of names) await fillRedis(redis, name, jobs)
    const stats = new Redis(redis.url)
    await stats.ping()
    const { look, close } = lookAt(redis.url, names)
    return {
      look,
      async count(work) {
        await stats.config('RESETSTAT')
        await work()
        const calls = (await stats.info('commandstats')).matchAll(/^cmdstat_(\S+?):calls=(\d+),usec=(\d+)/gm)
        const others = [...calls].filter(([, name]) => name !== 'config|resetstat')
        const sumOf = (at: number) => others.reduce((sum, fields) => sum + Number(fields[at]), 0)
        return { commands: sumOf(2), storeMs: sumOf(3) / 1000, sql: [] }
      },
      async [Symbol.asyncDispose]() {
        await close()
        stats.disconnect()
        await redis[Symbol.asyncDispose]()
      },
    }
  },

  async SQLite(queues: number, jobs: number): Promise<FilledStore> {
    const folder = await temporaryFolder()
    const path = join(folder.path, 'queue.sqlite')
    const names = namesOf(queues)
    for (const name of names) {
      const queue = openStore(`sqlite:${path}`, 'bull', log).openQueue(name)
      // What makes a queue: it is there and empty.
      await queue.setGlobalConcurrency(10)
      await queue.close()
      fillSqlite(path, name, jobs)
    }
    const { look, close } = lookAt(`sqlite:${path}`, names)
    return {
      look,
      count: countStatements,
      async [Symbol.asyncDispose]() {
        await close()
        await folder[Symbol.asyncDispose]()
      },
    }
  },
}

const namesOf = (queues: number) => Array.from({ length: queues }, (_, at) => `cost-${at}`)

function lookAt(url: string, names: string[]) {
  const store = openStore(url, 'bull', log)
  const targets = names.map((name): Target => ({ queue: store.openObserver(name), kind: 'exports' }))
  return {
    // As a new report, for which nothing is remembered from the one before.
    look() {
      const shared = sharedStore(store)
      return Promise.all(targets.map((target) => gatherSignals(shared, target)))
    },
    close: async () => void (await Promise.all(targets.map(({ queue }) => queue.close()))),
  }
}

/** Counts what is run by the driver itself, whoever runs it. */
async function countStatements(work: () => Promise<unknown>) {
  const sql: string[] = []
  const { prototype } = StatementSync
  const original = { get: prototype.get, all: prototype.all, run: prototype.run }
  for (const name of ['get', 'all', 'run'] as const) {
    const method = original[name] as (...args: unknown[]) => unknown
    Object.assign(prototype, {
      [name](this: StatementSync, ...args: unknown[]) {
        sql.push(this.sourceSQL)
        return method.apply(this, args)
      },
    })
  }
  try {
    await work()
  } finally {
    Object.assign(prototype, original)
  }
  return { commands: sql.length, storeMs: null, sql }
}
