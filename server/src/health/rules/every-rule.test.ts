import { expect, test } from 'vitest'
import { example, foreign, gone, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { queueRules, storeRules } from './list.ts'

const statuses = (differences: Differences) =>
  [...storeRules, ...queueRules].flatMap((rule) => {
    const found = rule(example(differences), defaultLimits)
    return found ? [[found.check.name, found.check.status] as const] : []
  })
const not = (status: string, differences: Differences) => statuses(differences).filter(([, seen]) => seen !== status)

test('an idle queue passes every rule', () => {
  expect(not('pass', {})).toEqual([])
})

test('an idle queue that is paused passes every rule but the one for that, and the canary is not judged', () => {
  expect(not('pass', { paused: true })).toEqual([
    ['queue_paused', 'warn'],
    ['canary', 'unknown'],
  ])
})

test('when the store is gone no rule but the one for that claims anything', () => {
  expect(not('unknown', gone)).toEqual([['queue_redis', 'fail']])
})

test('what could not be read at the moment is unknown, and nothing fails or warns for it', () => {
  const nothing = {
    counts: null,
    paused: null,
    consumers: null,
    facts: null,
    workers: null,
    canary: null,
    storeFacts: null,
  }
  expect(not('unknown', nothing)).toEqual([
    ['queue_redis', 'pass'],
    ['store_latency', 'pass'],
  ])
})

test('a queue of another application is judged by what can be seen of it', () => {
  const seen = statuses(foreign)
  expect(seen.map(([name]) => name)).not.toContain('export_folder')
  expect(seen.filter(([, status]) => status !== 'pass')).toEqual([
    ['consumers_alive', 'unknown'],
    ['canary', 'unknown'],
    ['worker_clock', 'unknown'],
  ])
})

test('every check says what to do when it warns or fails, and nothing when it passes', () => {
  const troubles: Differences[] = [{}, gone, { paused: true, jobs: { waiting: 1 } }, { jobs: { failed: 60 } }]
  const checks = troubles.flatMap((differences) =>
    [...storeRules, ...queueRules].flatMap((rule) => rule(example(differences), defaultLimits)?.check ?? []),
  )
  const actions = (...statuses: string[]) =>
    checks.filter(({ status }) => statuses.includes(status)).map(({ action }) => action)
  expect(new Set(actions('pass'))).toEqual(new Set([null]))
  expect(actions('warn', 'fail')).toHaveLength(3)
  for (const action of actions('warn', 'fail')) expect(action).toMatch(/^[A-Z].*\.$/)
})
