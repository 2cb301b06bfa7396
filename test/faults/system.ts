import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Queue } from 'bullmq'
import { startProgram, temporaryFolder, type Program, type User } from '../support/program.ts'
import { createOrders, writeDatasetsFile } from '../support/dataset-files.ts'
import { startFront, type Front } from './front.ts'
import { openQueue, startStore, type FaultyStore, type StoreKind } from './store.ts'

/** Takes something that ends with the system, in the reverse order. */
type Owns = <T extends AsyncDisposable | Disposable>(thing: T) => T

/** How a system differs from the usual one: a server, a worker, a store, all of their defaults. */
export interface SystemSettings {
  store: StoreKind
  /** How many workers there are; default 1. */
  workers?: number
  /** Settings of all processes. */
  env?: Record<string, string>
  /** Settings of the workers. */
  workerEnv?: Record<string, string>
  /** A module of `programs/` that is loaded into each worker before its own code. */
  workerModule?: string
  /** Who the workers run as. */
  workerUser?: User
  /** Lines of HEALTH_FILE under `defaults`: limits with a shorter window than a test can wait for. */
  limits?: Record<string, string | number>
  /** The server is reached through TLS. */
  tls?: boolean
  /** Gives where the workers make their files; default: the folder of the system. */
  workerFolder?(folder: string, owns: Owns): Promise<string>
  /** Gives where the store keeps its files; default: the folder of the system. */
  storeFolder?(folder: string, owns: Owns): Promise<string>
}

/** A server, its workers and their store: what a fault happens to. */
export interface System extends AsyncDisposable {
  /** Stands before the server; the monitors know only this one. */
  front: Front
  server: Program
  store: FaultyStore
  /** The queue of the exports, as a producer has it. */
  queue: Queue
  /** Of its own, gone afterwards. */
  folder: string
  /** Those that run at the moment, oldest first. */
  workers: Program[]
  /** Starts one more, with further settings. */
  startWorker(env?: Record<string, string>): Promise<Program>
  /** Where the workers look for what their module has to do. */
  flag: string
  /** Starts another server on the same store; the front goes on with the former one until it is told. */
  startServer(): Promise<Program>
  owns: Owns
}

const programs = fileURLToPath(new URL('programs/', import.meta.url))

/** The dataset that the exports of these tests read. */
export const DATASET = 'orders'

export async function startSystem(settings: SystemSettings): Promise<System> {
  const owned = new AsyncDisposableStack()
  try {
    return await startedWith(owned, settings)
  } catch (error) {
    await owned.disposeAsync()
    throw error
  }
}

async function startedWith(owned: AsyncDisposableStack, settings: SystemSettings): Promise<System> {
  const folder = owned.use(await temporaryFolder()).path
  const owns: Owns = (thing) => owned.use(thing)
  const store = owned.use(await startStore(settings.store, (await settings.storeFolder?.(folder, owns)) ?? folder))
  const common = { QUEUE_URL: store.url, ...(await files(folder, settings)), ...settings.env }
  const flag = join(folder, 'flag')
  const ofWorkers = {
    ...common,
    DATA_DIR: (await settings.workerFolder?.(folder, owns)) ?? folder,
    ROLE: 'worker',
    FAULT_FLAG: flag,
    ...(settings.workerModule ? { NODE_OPTIONS: `--import=${programs}${settings.workerModule}` } : {}),
    ...settings.workerEnv,
  }
  const workers: Program[] = []
  const startWorker = async (env: Record<string, string> = {}) => {
    const worker = owned.use(await startProgram({ ...ofWorkers, ...env }, settings.workerUser))
    workers.push(worker)
    worker.process.once('exit', () => workers.splice(workers.indexOf(worker), 1))
    return worker
  }
  const startServer = async () => owned.use(await startProgram({ ...common, DATA_DIR: folder, ROLE: 'server' }))
  const server = await startServer()
  for (let at = 0; at < (settings.workers ?? 1); at++) await startWorker()
  const front = owned.use(await startFront(server.url, settings.tls === true))
  const queue = openQueue(store.url)
  owned.defer(() => queue.close())
  const parts = { front, server, store, queue, folder, workers, startWorker, startServer, flag, owns }
  return Object.assign(parts, { [Symbol.asyncDispose]: () => owned.disposeAsync() })
}

/**
 * Several systems start and live on the same two cores: that they hold each other up is true and told by the report, and is
 * not what these tests are about.
 */
const busyMachine = { event_loop_delay_ms: '8000/20000', store_latency_ms: '1000/3000' }

async function files(folder: string, { limits = {} }: SystemSettings): Promise<Record<string, string>> {
  const database = join(folder, 'orders.sqlite')
  createOrders(database)
  const health = join(folder, 'health.yaml')
  const lines = Object.entries({ ...busyMachine, ...limits }).map(([name, limit]) => `  ${name}: ${limit}\n`)
  await writeFile(health, `defaults:\n${lines.join('')}`)
  return {
    DATASETS_FILE: await writeDatasetsFile(folder, DATASET, database, 'orders'),
    HEALTH_FILE: health,
  }
}
