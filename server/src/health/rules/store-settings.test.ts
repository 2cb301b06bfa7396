import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { storeSettings } from './store-settings.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = storeSettings(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const cases: [string, Differences, string, RegExp][] = [
  ['set up for a queue', {}, 'pass', /set up/],
  ['a replica', { redis: { role: 'replica', masterLinkUp: false } }, 'fail', /replica.*link to the master is down/],
  ['loading', { redis: { loading: true } }, 'fail', /loading/],
  ['an evicting policy', { redis: { evictionPolicy: 'allkeys-lru' } }, 'fail', /allkeys-lru/],
  ['a hidden policy', { redis: { evictionPolicy: null } }, 'unknown', /hides/],
  ['evicted keys', { trend: { evictedKeys: 4 } }, 'fail', /thrown away 4 keys/],
  ['memory at 85 %', { redis: { usedBytes: 85, maxBytes: 100 } }, 'warn', /85 %/],
  ['memory at 90 %', { redis: { usedBytes: 90, maxBytes: 100 } }, 'fail', /90 %/],
  ['a failed snapshot', { redis: { persistence: { aof: false, healthy: false, none: false } } }, 'warn', /snapshot/],
  ['no persistence', { redis: { persistence: { aof: false, healthy: true, none: true } } }, 'warn', /a restart loses/],
  ['hidden settings', { redis: null }, 'unknown', /does not let us read/],
]
for (const [title, differences, status, message] of cases) {
  test(`Redis with ${title}: ${status}`, () => {
    expect(check(differences)).toMatchObject({ status, message: expect.stringMatching(message) })
  })
}

test('of several the worst is told', () => {
  const persistence = { aof: false, healthy: true, none: true }
  expect(check({ redis: { evictionPolicy: 'volatile-lru', persistence } })).toMatchObject({ status: 'fail' })
  expect(check({ redis: { role: 'replica' } })).toMatchObject({ stops: true })
})

test('other stores have no such settings', () => {
  const store = { kind: 'sqlite' as const, reachable: true as const, latencyMs: 1, file: null, facts: null }
  expect(check({ store })).toBeNull()
})
