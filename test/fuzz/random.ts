/** Chance that is the same for the same seed. */
export interface Random {
  /** From 0 up to 1. */
  number(): number
  /** A whole number below `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

/** Mulberry32: 32 bits of state are enough to tell runs apart. */
export function randomFrom(seed: number): Random {
  let state = seed
  function number() {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
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
