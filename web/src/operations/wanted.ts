import type { DeadLetterSelection, HandleDeadLettersOutput } from '@queue-ops/server/contract'
import { isPreview } from '../answers.ts'
import { callTool, type Said } from '../ask-api.ts'

/** What somebody wants done with jobs of a queue, before it is shown what that means. */
export interface Wanted {
  kind: 'retry' | 'discard' | 'promote'
  queue: string
  selection: DeadLetterSelection
  /** In words: which jobs. */
  about: string
}

const tools = { retry: 'retry_dead_letters', discard: 'discard_dead_letters', promote: 'promote_jobs' }

/** Shows what would be done, and gives the token that has it done. */
export function preview(wanted: Wanted, stop: AbortSignal): Promise<Said<HandleDeadLettersOutput>> {
  return callTool(tools[wanted.kind], { queue: wanted.queue, ...wanted.selection }, isPreview, stop)
}

/** Has it done: exactly what the preview with the token was about. `ratePerS` null: as fast as possible. */
export function begin(wanted: Wanted, token: string, ratePerS: number | null): Promise<Said<HandleDeadLettersOutput>> {
  const rate = ratePerS === null ? {} : { rate_per_s: ratePerS }
  const input = { queue: wanted.queue, ...wanted.selection, confirm_token: token, ...rate }
  return callTool(tools[wanted.kind], input, isPreview)
}
