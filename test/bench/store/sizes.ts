/** How much is measured. */
export interface Sizes {
  /** Jobs a round and contender. */
  addOneByOne: number
  addBulk: number
  processOneByOne: number
  process: number
  /** Latencies a round and contender; of those that poll, whose every sample takes up to a second. */
  latencies: number
  latenciesOfPollers: number
  idleMs: number
  /** Jobs that are added, worked on and kept, once a run. */
  growth: number
  /** So many jobs wait while claims are timed. */
  waiting: number[]
  /** Jobs a timing of claims, and how many timings. */
  claims: number
  claimTimings: number
}

/** Half a second of the fastest store at least: what is shorter measures the compiler and hits or misses a checkpoint. */
export const fullSizes: Sizes = {
  addOneByOne: 10_000,
  addBulk: 20_000,
  processOneByOne: 10_000,
  process: 15_000,
  latencies: 150,
  latenciesOfPollers: 10,
  idleMs: 5000,
  growth: 100_000,
  waiting: [1000, 100_000, 1_000_000],
  claims: 300,
  claimTimings: 15,
}

/** Enough to see that everything works, and to warm up before the first round; not to compare. */
export const quickSizes: Sizes = {
  addOneByOne: 1000,
  addBulk: 2000,
  processOneByOne: 1000,
  process: 2000,
  latencies: 30,
  latenciesOfPollers: 3,
  idleMs: 2000,
  growth: 5000,
  waiting: [1000, 100_000],
  claims: 300,
  claimTimings: 3,
}

/** A profile needs many samples, and growth and rounds do not matter to it. */
export const profileSizes: Sizes = { ...fullSizes, waiting: quickSizes.waiting, claimTimings: quickSizes.claimTimings }
