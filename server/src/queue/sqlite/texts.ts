import type { QueueRow } from './queue-row.ts'
import { stateNamed } from './state.ts'
import type { Transaction } from './transaction.ts'

/** What people wrote in a job. */
export interface JobTexts {
  id: string
  name: string
  /** JSON text. */
  data: string
  reason: string
  /** When it ended, or was added. */
  at: number
}

/** Places may be beyond what a number holds exactly, hence as text. */
const columns = `key, CAST(place AS TEXT) AS place, id, name, coalesce(failed_reason, '') AS reason,
  coalesce(data, (SELECT data FROM payload WHERE payload.job = key), '{}') AS data,
  coalesce(finished_at, added_at) + 0.0 AS at`

const first = `SELECT ${columns} FROM job WHERE queue = ? AND state = ? ORDER BY place DESC, key DESC LIMIT ?`
const following = `SELECT ${columns} FROM job
  WHERE queue = ? AND state = ? AND (place, key) < (CAST(? AS INTEGER), ?) ORDER BY place DESC, key DESC LIMIT ?`

/**
 * The texts of the next jobs of a state, the last in line or the newest first: not more than so many, nor, with the exception of
 * one, more than so many characters.
 *
 * @param from `next` of the step before, null for the first ones
 */
export function readTexts(
  tx: Transaction,
  queue: QueueRow,
  stateName: string,
  from: string | null,
  most: number,
  chars: number,
): { jobs: JobTexts[]; next: string | null } {
  const state = stateNamed(stateName)
  if (state === undefined) return { jobs: [], next: null }
  const [place = '', key = ''] = from?.split(' ') ?? []
  const rows =
    from === null
      ? tx.sql(first).iterate(queue.id, state, most)
      : tx.sql(following).iterate(queue.id, state, place, Number(key), most)
  const jobs: JobTexts[] = []
  let [read, next]: [number, string | null] = [0, null]
  for (const row of rows) {
    const [name, data, reason] = [String(row['name']), String(row['data']), String(row['reason'])]
    jobs.push({ id: String(row['id']), name, data, reason, at: Number(row['at']) })
    next = `${row['place']} ${row['key']}`
    read += name.length + data.length + reason.length
    if (read >= chars) break
  }
  return { jobs, next }
}
