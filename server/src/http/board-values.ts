import { isDeepStrictEqual } from 'node:util'
import type { BaseAdapter } from '@bull-board/api/baseAdapter'
import { jobOf, queueOf, type BoardAction } from './board-action.ts'

/** What is longer as JSON is read by nobody on a page, and ten of it hold up a browser for seconds. */
const LONGEST_CHARS = 250_000

/** The field of what stands in the place of a value that is too long. */
const IN_PLACE = 'queue-ops: not shown'

/** A value as Bull Board shows it: whole, unless it is too long for a page. */
export function shownValue(value: unknown): unknown {
  const length = JSON.stringify(value)?.length ?? 0
  return length <= LONGEST_CHARS ? value : { [IN_PLACE]: `${length} characters of JSON, too long for this page` }
}

/**
 * Whether data would be stored that is what Bull Board showed in the place of other data: its dialogs for changing and for
 * duplicating a job are filled with what it has shown. Rejects when the store is gone.
 */
export async function writesBackMask(
  action: BoardAction,
  queues: ReadonlyMap<string, Pick<BaseAdapter, 'getJob' | 'format'>>,
): Promise<boolean> {
  const { route, body } = action
  if (route.endsWith('/add')) return standsInPlace((body as { data?: unknown } | null)?.data)
  if (!route.endsWith('/update-data')) return false
  const queue = queues.get(queueOf(action))
  const job = await queue?.getJob(jobOf(action) ?? '')
  if (!queue || !job) return false
  const { data } = job.toJSON()
  return !isDeepStrictEqual(queue.format('data', structuredClone(data), data), data)
}

const standsInPlace = (data: unknown) => typeof data === 'object' && data !== null && Object.hasOwn(data, IN_PLACE)
