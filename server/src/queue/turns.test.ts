import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('at most so many run at once, all in their order, also when some fail', async () => {
  const turns = new Turns(3)
  let running = 0
  let most = 0
  const begun: number[] = []
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      turns.take(async () => {
        begun.push(at)
        most = Math.max(most, (running += 1))
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        if (at % 4 === 0) throw new Error('failed')
        return at
      }),
    ),
  )
  expect(most).toBe(3)
  expect(begun).toEqual(Array.from({ length: 20 }, (_, at) => at))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5)
  expect(await turns.take(async () => 'again')).toBe('again')
})
