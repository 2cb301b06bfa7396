import { randomNumbers } from '../support/random-numbers.ts'

/** Chance that is the same for the same seed. */
export interface Random {
  /** From 0 up to 1. */
  number(): number
  /** A whole number below `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

export function randomFrom(seed: number): Random {
  const number = randomNumbers(seed)
  const below = (end: number) => Math.floor(number() * end)
  return {
    number,
    below,
    chance: (probability) => number() < probability,
    pick<T>(list: readonly T[]) {
      return list[below(list.length)] as T
    },
  }
}
