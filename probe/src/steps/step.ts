import type { ProbeStep } from '@queue-ops/server/contract'
import type { Session } from '../session.ts'
import type { Verdict } from '../verdict.ts'

/** One question to the target. */
export interface Step {
  name: ProbeStep['name']
  /** Whether asking twice does no harm: then it may be tried again within a run. */
  isRepeatable: boolean
  /** Whether it is asked in this run, seen from what the steps before have learnt. */
  applies(session: Session): boolean
  /**
   * Asks it. Resolves with what was learnt, or with nothing when there is no more to say than that it worked; the steps
   * after it are asked all the same. Rejects when the target did not do its part, which ends the run. The signal aborts at
   * the deadline.
   */
  ask(session: Session, signal: AbortSignal): Promise<Verdict | undefined>
}
