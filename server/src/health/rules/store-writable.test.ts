import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { storeWritable } from './store-writable.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = storeWritable(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('a store that answers but takes no writes is down, in words that may be shown', () => {
  expect(check({ storeFacts: { writeProblem: 'it is out of memory' } })).toMatchObject({
    status: 'fail',
    stops: true,
    message: 'The queue store answers, but takes no writes: it is out of memory.',
  })
  expect(check({})).toMatchObject({ status: 'pass' })
})
