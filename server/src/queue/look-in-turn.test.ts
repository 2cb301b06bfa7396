import { expect, test } from 'vitest'
import { lookInTurn } from './look-in-turn.ts'

test('each is looked at in turn, those that come later too, until it is enough', async () => {
  const names = new Set(['a', 'b'])
  const looks: string[] = []
  const enough = new AbortController()
  const look = async (name: string) => {
    looks.push(name)
    names.add('c')
    if (looks.length === 7) enough.abort()
  }
  await lookInTurn(() => names, look, enough.signal, { roundMs: 3, leastGapMs: 0 })
  expect(looks).toEqual(['a', 'b', 'a', 'b', 'c', 'a', 'b'])
})

test('many are looked at no more often than one after each gap', async () => {
  const enough = new AbortController()
  const times: number[] = []
  const look = async () => {
    times.push(performance.now())
    if (times.length === 5) enough.abort()
  }
  const thousand = Array.from({ length: 1000 }, (_, at) => String(at))
  await lookInTurn(() => thousand, look, enough.signal, { roundMs: 1, leastGapMs: 20 })
  // Timers may ring a millisecond early.
  for (const [at, time] of times.slice(1).entries()) expect(time - (times[at] ?? 0)).toBeGreaterThan(18)
})
