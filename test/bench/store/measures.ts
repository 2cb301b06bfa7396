import type { Measure } from './measure.ts'
import { claim } from './measures/claim.ts'
import { addBulk, addOneByOne } from './measures/enqueue.ts'
import { growth } from './measures/growth.ts'
import { idle } from './measures/idle.ts'
import { latencyAcrossProcesses, latencyInProcess } from './measures/latency.ts'
import { processAt } from './measures/process.ts'

/** Rates: they depend on code that has run often enough to be compiled. */
export const rateMeasures = {
  addOneByOne,
  addBulk,
  process1: processAt(1),
  process10: processAt(10),
  process50: processAt(50),
} satisfies Record<string, Measure>

/** What is measured in every round, one contender after the other, so that a noisy minute hits all alike. */
export const roundMeasures = {
  ...rateMeasures,
  latencyInProcess,
  latencyAcrossProcesses,
  idle,
} satisfies Record<string, Measure>

/** What takes too long for rounds. Claims are timed several times, growth is the same every time. */
export const onceMeasures = { growth, claim } satisfies Record<string, Measure>

export const measures: Record<string, Measure> = { ...roundMeasures, ...onceMeasures }
