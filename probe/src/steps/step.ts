import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ProbeStep } from '@queue-ops/server/contract'
import type { Session } from '../session.ts'
import type { Verdict } from '../verdict.ts'

/** One question to the target. */
export interface Step {
  name: ProbeStep['name']
  /**
   * Asks it. Resolves with what was learnt, or with nothing when there is no more to say than that it worked; rejects
   * when the target did not do its part. `request` goes with every call: run.ts keeps the deadline through it.
   */
  ask(session: Session, request: RequestOptions): Promise<Verdict | undefined>
}
