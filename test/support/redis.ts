import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { eventually } from './eventually.ts'

/** A real redis-server on a port of its own, set up for a queue unless asked otherwise, that can be stopped, frozen and started again. */
export interface TestRedis extends AsyncDisposable {
  url: string
  /** SIGTERM, as an operator would, unless told otherwise; the port stays ours for `start`. */
  stop(signal?: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  /** SIGSTOP: the connections stay, nothing answers. */
  freeze(): void
  thaw(): void
  /** One command to it, by a connection of its own. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>
  /** Connections that others than this one hold at the moment. */
  countClients(): Promise<number>
}

/** @param settings further arguments of redis-server */
export async function startRedis(settings: string[] = []): Promise<TestRedis> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'queue-ops-redis-'))
  let server: ChildProcess | undefined

  async function start() {
    const program = process.env['REDIS_SERVER'] ?? 'redis-server'
    const own = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'no',
    ]
    server = spawn(program, [...own, '--dir', folder, ...settings], { stdio: 'ignore' })
    await eventually(() => ask(url, (redis) => redis.ping()))
  }
  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGCONT')
    server.kill(signal)
    await exited
  }
  await start()
  return {
    url,
    start,
    stop,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    ask: (command, ...args) => ask(url, (redis) => redis.call(command, ...args)),
    countClients: () =>
      ask(url, async (redis) => {
        const clients = await redis.client('LIST')
        return String(clients).trim().split('\n').length - 1
      }),
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}
