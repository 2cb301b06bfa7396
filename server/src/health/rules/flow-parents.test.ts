import { expect, test } from 'vitest'
import { example } from './example-signals.ts'
import { flowParents } from './flow-parents.ts'
import { defaultLimits } from './limits.ts'

test('a parent that waits for dead children warns, and says which', () => {
  const found = (facts: object) => flowParents(example({ facts }), defaultLimits)?.check
  expect(found({})).toMatchObject({ status: 'pass' })
  expect(found({ stranded: { id: '7', child: '9' } })).toMatchObject({
    status: 'warn',
    message: 'Parent 7 waits for ever: what it still waits for has failed for good (9).',
  })
})
