import { timed, type StoreAnswer } from './facts-reader.ts'
import type { RedisFacts } from './queue-facts.ts'
import { redisProblem } from './redis-problems.ts'
import { askOne, refusalOf, timeOf, type Command, type RedisClient } from './redis-commands.ts'

/** After this time nothing is left of the write that only shows that writing works. */
const WRITTEN_FOR_MS = 10_000

/**
 * What Redis tells of itself, and whether it takes a small write: of a key of our own, which expires.
 *
 * @param prefix what the keys of the store start with
 */
export async function readRedisStore(client: RedisClient, prefix: string): Promise<StoreAnswer> {
  const [time, writeProblem, info, saves] = await Promise.all([
    timed(() => timeOf(client)),
    tryToWrite(client, `${prefix}:queue-ops-write-test`),
    unlessForbidden(client, ['info']),
    unlessForbidden(client, ['config', 'get', 'save']),
  ])
  const redis = typeof info === 'string' ? readInfo(info, savePoints(saves)) : null
  return { latencyMs: time.latencyMs, facts: { nowMs: time.answer, writeProblem, redis } }
}

async function tryToWrite(client: RedisClient, key: string): Promise<string | null> {
  try {
    await askOne(client, ['set', key, '1', 'PX', WRITTEN_FOR_MS])
    return null
  } catch (error) {
    if (refusalOf(error) === null) throw error
    return redisProblem(error) ?? 'Redis refuses a small write: see its log'
  }
}

/** Null when the host does not let us ask. */
async function unlessForbidden(client: RedisClient, command: Command): Promise<unknown> {
  try {
    return await askOne(client, command)
  } catch (error) {
    if (refusalOf(error) === null) throw error
    return null
  }
}

/** When snapshots are written, empty for never; null when that is hidden. */
function savePoints(answer: unknown): string | null {
  const [, value] = Array.isArray(answer) ? (answer as unknown[]) : []
  return typeof value === 'string' ? value : null
}

/** Null when something else than Redis, Valkey or Dragonfly answers. */
function readInfo(info: string, saves: string | null): RedisFacts | null {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string]))
  const version = ['valkey_version', 'dragonfly_version', 'redis_version'].map((name) => fields.get(name)).find(Boolean)
  const role = fields.get('role')
  if (!version || !role) return null
  const aof = fields.get('aof_enabled') === '1'
  const statuses = [...(aof ? ['aof_last_write_status'] : []), 'rdb_last_bgsave_status']
  const link = fields.get('master_link_status')
  return {
    version,
    role: role === 'master' ? 'master' : 'replica',
    loading: fields.get('loading') === '1' || fields.get('async_loading') === '1',
    evictionPolicy: fields.get('maxmemory_policy') ?? null,
    usedBytes: Number(fields.get('used_memory') ?? 0),
    maxBytes: Number(fields.get('maxmemory') ?? 0) || null,
    evictedKeys: Number(fields.get('evicted_keys') ?? 0),
    persistence: {
      aof,
      healthy: statuses.every((name) => (fields.get(name) ?? 'ok') === 'ok'),
      none: saves === null ? null : !aof && saves === '',
    },
    masterLinkUp: role === 'master' || link === undefined ? null : link === 'up',
  }
}
