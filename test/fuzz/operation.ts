import type { Random } from './random.ts'
import type { Side } from './side.ts'

/** What chance has to know of the run: its seed is in the names of the queues. */
export interface Run {
  seed: number
  /** How many operations there were. */
  step: number
}

/** Something that is done to both stores. */
export interface Operation {
  name: string
  /** Settles everything that chance decides, so that both sides get the same. */
  plan(random: Random, run: Run): Planned
}

export interface Planned {
  /** For the reader of a difference. */
  told: unknown
  on(side: Side): Promise<unknown>
}

export function operation<A>(
  name: string,
  settle: (random: Random, run: Run) => A,
  carryOut: (side: Side, args: A) => Promise<unknown>,
): Operation {
  return {
    name,
    plan(random, run) {
      const args = settle(random, run)
      // BullMQ writes into what it is given.
      return { told: args, on: (side) => carryOut(side, structuredClone(args)) }
    },
  }
}
