import type { CheckStatus } from '../../contract.ts'
import type { RedisFacts } from '../../queue/queue-facts.ts'
import { finding, judge, measured, stopping, storeGone, unseen, type Rule } from './rule.ts'

type Verdict = [status: CheckStatus, message: string, action: string, stops?: true]

/**
 * How Redis is set up, the worst first: a replica takes no writes; BullMQ demands `maxmemory-policy noeviction`, since
 * with any other Redis throws keys of jobs away when memory is short (docs.bullmq.io, going to production); memory at 80
 * and 90 % of its limit; persistence that fails; no persistence, with which a restart loses the queue. Other stores have
 * nothing of this kind.
 */
export const storeSettings: Rule = (signals, { storeMemoryRatio }) => {
  const { store, trend } = signals
  const name = 'store_settings'
  if (store.kind !== 'redis') return null
  if (!store.reachable) return finding(name, 'unknown', storeGone)
  const redis = store.facts?.redis
  if (!redis)
    return unseen(name, signals, store.facts ? 'unsupported' : null, 'Redis does not let us read its settings.')
  const ratio = redis.maxBytes === null ? null : redis.usedBytes / redis.maxBytes
  const told = ratio === null ? {} : measured(ratio, 'ratio', storeMemoryRatio)
  const memory = ratio === null ? 'pass' : judge(ratio, storeMemoryRatio, trend.before.get(name))
  const worst = [
    ...roleVerdicts(redis),
    ...evictionVerdicts(redis, trend.evictedKeys),
    ...memoryVerdicts(memory, ratio ?? 0),
    ...persistenceVerdicts(redis),
  ].toSorted((a, b) => gravity.indexOf(a[0]) - gravity.indexOf(b[0]))[0]
  if (!worst) return finding(name, 'pass', 'Redis is set up for a queue.', told)
  const [status, message, action, stops] = worst
  const found = finding(name, status, message, { ...told, action })
  return stops ? stopping(found) : found
}

const gravity: CheckStatus[] = ['fail', 'warn', 'unknown', 'pass']

function roleVerdicts({ role, loading, masterLinkUp }: RedisFacts): Verdict[] {
  if (loading) return [['fail', 'Redis is still loading its data.', 'Wait until it has.', true]]
  if (role === 'master') return []
  const link = masterLinkUp === false ? ', and its link to the master is down' : ''
  const action = 'Let QUEUE_URL name the master, or promote this one.'
  return [['fail', `Redis is a replica, which takes no writes${link}.`, action, true]]
}

function evictionVerdicts({ evictionPolicy }: RedisFacts, evicted: number): Verdict[] {
  const action = 'Set maxmemory-policy to noeviction: with another one Redis throws jobs away when memory is short.'
  if (evicted > 0) return [['fail', `Redis has thrown away ${evicted} keys; jobs may be among them.`, action]]
  if (evictionPolicy === null) return [['unknown', 'Redis hides its eviction policy.', `See to it. ${action}`]]
  if (evictionPolicy === 'noeviction') return []
  return [['fail', `Redis evicts keys when memory is short (${evictionPolicy}).`, action]]
}

function memoryVerdicts(status: CheckStatus, ratio: number): Verdict[] {
  if (status === 'pass') return []
  const action = 'Give it more memory or remove old jobs: at the limit it refuses every write.'
  return [[status, `Redis uses ${Math.round(ratio * 100)} % of its memory limit.`, action]]
}

function persistenceVerdicts({ persistence: { healthy, none, aof } }: RedisFacts): Verdict[] {
  if (none) return [['warn', 'Redis keeps nothing on disk: a restart loses the queue.', 'Set appendonly to yes.']]
  if (healthy) return []
  const what = aof ? 'write its append-only file' : 'write its snapshot'
  return [['warn', `Redis failed to ${what}.`, 'See its log and the room on its disk.']]
}
