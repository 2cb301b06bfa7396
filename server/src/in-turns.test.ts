import { expect, test } from 'vitest'
import { inTurns } from './in-turns.ts'

test('of fifty things no more than eight are done at a time', async () => {
  let now = 0
  let most = 0
  await inTurns(
    Array.from({ length: 50 }, (_, at) => at),
    8,
    async () => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
    },
  )
  expect([now, most]).toEqual([0, 8])
})
