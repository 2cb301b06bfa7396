import type { Queue } from 'bullmq'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { DeadLetterSelection } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { RowFormat } from '../exports/formats/format.ts'
import { csv } from '../exports/formats/csv.ts'
import { json } from '../exports/formats/json.ts'
import { ndjson } from '../exports/formats/ndjson.ts'
import type { Cell } from '../exports/sources/source.ts'
import type { Log } from '../log.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { deadLetterColumns, readRows } from '../operations/dead-letter-rows.ts'
import { errorOfGroup } from '../operations/error-of-group.ts'
import type { Failures } from '../operations/failures.ts'
import type { RecordData } from '../operations/operation-job.ts'
import type { Trail } from '../operations/record.ts'
import { saySelection } from '../operations/say-selection.ts'
import { readSelected, requireOne } from '../operations/select.ts'
import type { Store } from '../queue/store.ts'
import { mistakes } from '../tools/run-tool.ts'
import type { Mount } from './mount.ts'
import { queueOf } from './queue-of.ts'
import { refuseForeign } from './same-origin.ts'
import { viaPage } from './tools.ts'

interface Parts {
  store: Store
  queues: AttachedQueues
  failures: Failures
  trail: Trail
}

const formats: Record<string, RowFormat | undefined> = { csv, json, ndjson }

/**
 * `GET /api/queues/QUEUE/failures.csv`, `.json` and `.ndjson`: dead letters as a file, as they are read: all of them, or those of
 * `?group=`, `?name=`, `?reason_contains=`, `?failed_after=`, `?failed_before=`, or of `?id=` again and again. What breaks off in
 * the middle breaks off the connection. Who has fetched what is recorded, by a read-only server on its log only, and other sites are
 * refused.
 */
export const mountFailuresFile = (parts: Parts, log: Log): Mount => ({
  path: '/api/queues/:queue/failures.:format',
  method: 'get',
  handler: ownOnly(async (req, res) => {
    // A socket that is closed does not tell its address any more.
    const asking = { asked_by: viaPage(req), begun_at: Date.now() }
    const name = String(req.params['format'])
    const format = formats[name]
    if (!format) throw new OpsError('not_found', 'A file of dead letters ends with .csv, .json or .ndjson.')
    const queue = await queueOf(req, parts.queues)
    const selection = selectionOf(req)
    const deadLetters = parts.store.openDeadLetters(queue)
    if (!deadLetters)
      throw new OpsError('invalid_input', 'The dead letters on PostgreSQL cannot be exported yet: use Bull Board.')
    const rows = readRows(queue, readSelected(queue, deadLetters, parts.failures, selection))
    const first = req.method === 'HEAD' ? null : await rows.next()
    res.attachment(`${queue.name}-dead-letters-${new Date().toISOString().replaceAll(':', '-')}.${name}`)
    res.set({ 'Content-Type': format.contentType, 'Cache-Control': 'no-store' })
    if (first === null) return void res.end()
    const error = await errorOfGroup(parts.failures, queue, selection)
    const about = `${saySelection(selection, error)}, as ${name}`
    await send({ ...parts, queue, log }, { format, rows, first, about }, asking, res)
  }),
})

/** It is recorded, so it is as a change: what an image on another site asks for would fill the trail. */
const ownOnly =
  (handler: (req: Request, res: Response) => Promise<void>): RequestHandler =>
  (req, res, next) =>
    refuseForeign(req, res, (problem?: unknown) =>
      problem === undefined ? handler(req, res).catch(next) : next(problem),
    )

interface File {
  format: RowFormat
  rows: AsyncGenerator<Cell[][], void>
  /** What of them was read before the answer began: what goes wrong by then is told by its code. */
  first: IteratorResult<Cell[][], void>
  /** What it is about, in words. */
  about: string
}

async function send(
  { queue, trail, log }: Pick<Parts, 'trail'> & { queue: Queue; log: Log },
  file: File,
  asking: Pick<RecordData, 'asked_by' | 'begun_at'>,
  res: Response,
) {
  let [written, problem] = [0, null as string | null]
  try {
    for await (const { text, count } of textOf(file)) {
      if (text !== '') await sent(res, text)
      written = count
    }
    res.end()
  } catch (err) {
    const why = res.destroyed ? 'It was broken off before its end' : 'It could not be read to its end'
    problem = `${why}: those that are counted were handed to the network, and how many of them have arrived is not known.`
    res.destroy()
    log.warn(
      { event: 'export_broken_off', queue: queue.name, rows: written, err },
      'an export of dead letters broke off',
    )
  }
  await trail.record({
    kind: 'export',
    queue: queue.name,
    about: file.about,
    ...asking,
    done: written,
    total: problem === null ? written : null,
    problem,
  })
}

/** Resolves when a text has left for the network or nearly so, rejects when the reader has gone. */
async function sent(res: Response, text: string): Promise<void> {
  if (!res.destroyed && res.write(text)) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const gone = () => reject(new Error('the reader has gone'))
  if (res.destroyed) gone()
  res.once('close', gone)
  res.once('drain', resolve)
  await promise.finally(() => res.off('close', gone).off('drain', resolve))
}

/** The text of a file in parts, each with how many rows there are up to its end. */
async function* textOf({ format, rows, first }: File): AsyncGenerator<{ text: string; count: number }, void> {
  const columns = deadLetterColumns.map(({ name, type, sourceType }) => {
    return { name, type, source_type: sourceType, label: null, filterable: false }
  })
  const writer = format.begin({ columns, options: {} })
  yield { text: writer.head(), count: 0 }
  let count = 0
  for (let step = first; !step.done; step = await rows.next()) {
    const batch = step.value
    if (batch.length === 0) continue
    const text = writer.rows(batch, count)
    count += batch.length
    yield { text, count }
  }
  yield { text: writer.tail(count), count }
}

const { shape } = DeadLetterSelection
const Query = z.strictObject({
  id: z.preprocess((given) => (typeof given === 'string' ? [given] : given), shape.ids),
  group: shape.group,
  ...shape.filter.unwrap().shape,
})

/** All when nothing is said. */
function selectionOf(req: Request): DeadLetterSelection {
  const given = Object.entries(req.query).filter(([, value]) => value !== '')
  const query = Query.safeParse(Object.fromEntries(given))
  if (!query.success) throw new OpsError('invalid_input', `Wrong parameters: ${mistakes(query.error)}.`)
  const { id: ids, group, ...filter } = query.data
  const narrows = Object.values(filter).some((value) => value !== undefined)
  const selection: DeadLetterSelection = {
    ...(ids && { ids }),
    ...(group !== undefined && { group }),
    ...((narrows || (!ids && group === undefined)) && { filter }),
  }
  requireOne({ kind: 'retry', selection })
  return selection
}
