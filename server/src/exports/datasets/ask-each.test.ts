import { expect, test } from 'vitest'
import { askEach } from './ask-each.ts'

test('all sources are asked at once, but those that start a process a few at a time; answers are in order', async () => {
  const items = Array.from({ length: 40 }, (_, at) => ({ at, startsProcess: at % 2 === 0 }))
  const silent = Promise.withResolvers<void>()
  let processes = 0
  let most = 0
  let others = 0
  const answers = askEach(items, async ({ at, startsProcess }) => {
    if (!startsProcess) {
      if (++others === 20) silent.resolve()
      await silent.promise
      return at
    }
    most = Math.max(most, ++processes)
    await new Promise(setImmediate)
    processes--
    return at
  })
  expect(await answers).toEqual(items.map(({ at }) => at))
  expect(most).toBe(2)
})
