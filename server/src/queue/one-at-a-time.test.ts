import { expect, test } from 'vitest'
import { OneAtATime } from './one-at-a-time.ts'

test('whoever comes while work is done shares the next run, which begins after he came', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let [begun, atOnce] = [0, 0]
  const work = new OneAtATime(async () => {
    const run = begun
    begun += 1
    atOnce += 1
    expect(atOnce).toBe(1)
    await gates[run]?.promise
    atOnce -= 1
    return run
  })
  const first = work.ask()
  await Promise.resolve()
  expect(begun).toBe(1)
  const others = [work.ask(), work.ask(), work.ask()]
  gates[0]?.resolve()
  expect(await first).toBe(0)
  gates[1]?.resolve()
  expect(await Promise.all(others)).toEqual([1, 1, 1])
  expect(begun).toBe(2)
})

test('a run that fails is told to those who asked for it, and the next one is done all the same', async () => {
  let runs = 0
  const work = new OneAtATime(async () => {
    runs += 1
    if (runs === 1) throw new Error('gone')
    return runs
  })
  const first = work.ask()
  await expect(first).rejects.toThrow('gone')
  expect(await work.ask()).toBe(2)
})
