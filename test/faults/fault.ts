import type { System, SystemSettings } from './system.ts'

/** What ends a fault, as an operator would: without starting the server or the probe again. */
export type Undo = () => Promise<void>

/** One thing that goes wrong, for real. One file and one line in `list.ts`. */
export interface Fault {
  /** As the table calls it. */
  name: string
  /** How it is done, as the second half of a sentence: "SIGKILL to the only worker". */
  how: string
  /** What it happens to. */
  system: SystemSettings
  /** Names of checks of the health report and reasons of the probe: one of them must be seen. */
  seenAs: string[]
  /** The least that a verdict has to be to count; default `fail`. */
  atLeast?: 'warn' | 'fail'
  /** What the rule needs to see a rate or an age, in milliseconds, and which rule that is; 0: nothing. */
  window: { ms: number; why: string }
  /** How long what is remembered stays in sight when the fault is over; default: as long as the window. */
  afterMs?: number
  /** Why it cannot be done on this machine, false when it can. */
  impossible?: string | false
  /** What has to be there before the system is watched. */
  prepare?(system: System): Promise<void>
  /** Resolves when the fault is there. */
  inject(system: System): Promise<Undo>
}
