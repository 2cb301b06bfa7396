import type { Queue } from 'bullmq'
import type { DeadLetterSelection } from '../contract.ts'
import { errorOf, LOOKED_AT_CHARS } from './error-masks.ts'
import { readBeginnings, type Failures } from './failures.ts'

/**
 * What the dead letters of a selected group have in common, in words: once they are handled, nobody can look it up any more.
 * Undefined when no group is selected, or it is gone. Rejects with OpsError `store_unavailable`.
 */
export async function errorOfGroup(
  failures: Failures,
  queue: Queue,
  { group }: DeadLetterSelection,
): Promise<string | undefined> {
  if (group === undefined) return undefined
  const found = await failures.look(queue)
  const newest = found.index.deathsOf(group).slice(-1)
  const [told] = (await readBeginnings(found, newest, LOOKED_AT_CHARS)).values()
  return told && errorOf(told.reason)
}
