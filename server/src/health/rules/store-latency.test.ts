import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { storeLatency } from './store-latency.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = storeLatency(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('the best of the last looks is judged, so that one slow answer is no slow store', () => {
  const store = { kind: 'redis' as const, reachable: true as const, latencyMs: 900, file: null, facts: null }
  expect(check({ store, trend: { latencyMs: 3 } })).toMatchObject({ status: 'pass', value: 3, unit: 'milliseconds' })
  expect(check({ trend: { latencyMs: 50 } })).toMatchObject({ status: 'warn' })
  expect(check({ trend: { latencyMs: 500 } })).toMatchObject({ status: 'fail', stops: false })
})

test('before three looks nobody is told that the store is slow', () => {
  const store = { kind: 'redis' as const, reachable: true as const, latencyMs: 900, file: null, facts: null }
  expect(check({ store, trend: { latencyMs: null } })).toMatchObject({ status: 'pass', value: 900 })
})
