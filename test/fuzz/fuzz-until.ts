import { stores } from '../contract/stores.ts'
import { fuzz } from './fuzz.ts'

/**
 * Compares SQLite with Redis, a new run for each seed from the first one on, until a time (of `performance.now`) or the first
 * difference.
 */
export async function fuzzUntil(end: number, firstSeed: number): Promise<{ seeds: number; difference: string | null }> {
  await using redis = await start('Redis')
  await using sqlite = await start('SQLite')
  let [seeds, difference]: [number, string | null] = [0, null]
  while (difference === null && performance.now() < end) {
    difference = await fuzz(firstSeed + seeds, redis, sqlite)
    seeds += 1
  }
  return { seeds, difference }
}

function start(name: string) {
  const store = stores.find((candidate) => candidate.name === name)
  if (!store) throw new Error(`there is no store ${name}`)
  return store.start()
}
