import type { Figures } from '../figures.ts'
import type { BenchQueue, Contender, Host } from './contender.ts'
import type { Sizes } from './sizes.ts'

/** A contender whose store runs. */
export interface Started {
  contender: Contender
  host: Host
  /** Wraps the part of a measure that counts, and nothing of what prepares it: that is what a profile shows. */
  counted<T>(work: () => Promise<T>): Promise<T>
}

/** One kind of measurement on one contender: a fresh store, some work, some figures. */
export type Measure = (started: Started, sizes: Sizes) => Promise<Figures>

/** Opens a fresh store; what it measures goes through this. */
export async function openFresh({ contender, host }: Started): Promise<BenchQueue & { address: string }> {
  const address = await host.fresh()
  return Object.assign(await contender.open(address), { address })
}
