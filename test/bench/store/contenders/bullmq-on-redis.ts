import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRedisBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { freePort } from '../../../support/free-port.ts'
import { temporaryFolder } from '../../../support/program.ts'
import type { Contender, Host } from '../contender.ts'
import { openBullmq } from './bullmq.ts'

type Persistence = 'none' | 'everysec' | 'always'

const names: Record<Persistence, string> = { none: 'no persistence', everysec: 'AOF everysec', always: 'AOF always' }

/** On a redis-server of its own; besides persistence it has Redis' defaults. */
export const bullmqOnRedis = (persistence: Persistence): Contender => ({
  id: `redis-${persistence}`,
  name: `BullMQ on Redis, ${names[persistence]}`,
  ...(persistence === 'everysec' && { growthLimit: Infinity, waitingLimit: 100_000 }),
  start: () => startRedis(persistence),
  open(address) {
    const { hostname, port } = new URL(address)
    return openBullmq(createRedisBackend, { host: hostname, port: Number(port) })
  },
})

async function startRedis(persistence: Persistence): Promise<Host> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const keeps = persistence === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', persistence]
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', '']
  const server = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', [...place, ...keeps], { stdio: 'ignore' })
  const missing = once(server, 'error').then(([error]) => Promise.reject(error))
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  const info = await Promise.race([redis.info('server'), missing])
  return {
    version: `Redis ${/redis_version:(\S+)/.exec(info)?.[1]}`,
    async fresh() {
      await redis.flushall()
      return url
    },
    /** In memory: that is where the data lives, and the file is rewritten whenever Redis likes. */
    async bytes() {
      return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      const exited = once(server, 'exit')
      server.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}
