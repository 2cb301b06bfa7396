import type { BenchQueue, Contender, Host } from './contender.ts'
import type { Sizes } from './sizes.ts'

/** Measured numbers by the key of their figure; what a contender cannot do is not there. */
export type Figures = Record<string, number>

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

export const perSecond = (jobs: number, tookMs: number) => (jobs / tookMs) * 1000

/** How long it takes, in milliseconds. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** The value below which this share of all lies. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
