import { once } from 'node:events'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { JobState, type FoundJob, type SearchLine } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { searchJobs, type SearchProgress } from '../operations/search.ts'
import type { Log } from '../log.ts'
import type { Store } from '../queue/store.ts'
import { Turns } from '../queue/turns.ts'
import { toldTime } from '../told-time.ts'
import { untrusted } from '../tools/untrusted.ts'
import { boardJobUrl } from './board.ts'
import type { Mount } from './mount.ts'
import { queueOf } from './queue-of.ts'

/** So many searches go on at the same time; others wait for their turn. */
const AT_ONCE = 4

/** How often somebody is told how far it is when nothing is found. */
const TELL_EVERY_MS = 200

const TEXT_BYTES = 300
const NAME_BYTES = 150
const MOST_CHARS = 200

interface Asked {
  store: Store
  queues: AttachedQueues
}

/**
 * `GET /api/queues/QUEUE/search?q=TEXT&state=failed,…`: jobs with a text in id, name, data or error, told as they are found, one
 * {@link SearchLine} as JSON on each line. It ends when the client goes away.
 */
export function mountSearch({ store, queues }: Asked, log: Log): Mount {
  const turns = new Turns(AT_ONCE)
  return {
    path: '/api/queues/:queue/search',
    method: 'get',
    handler: async (req, res) => {
      const { q, state } = readQuery(req)
      const queue = await queueOf(req, queues)
      await turns.take(async () => {
        if (res.destroyed) return
        const lines = linesOf(searchJobs(store, queue, q, state), queue.name)
        await send(lines, res).catch((error: unknown) => {
          if (!res.headersSent) throw error
          log.error({ event: 'search_failed', queue: queue.name, err: error }, 'a search has broken off')
          res.destroy()
        })
      })
    },
  }
}

const Query = z.object({
  q: z.string().trim().min(1).max(MOST_CHARS),
  state: z
    .string()
    .transform((states) => states.split(',').map((state) => state.trim()))
    .pipe(z.array(JobState))
    .default([...JobState.options]),
})

function readQuery(req: Request) {
  const { success, data } = Query.safeParse(req.query)
  if (success) return data
  throw new OpsError(
    'invalid_input',
    `q needs the text to search for, of at most ${MOST_CHARS} characters, and state some of ${JobState.options.join(', ')}, with commas between them.`,
  )
}

/** Those in which something is new. */
async function* linesOf(steps: AsyncIterable<SearchProgress>, queue: string): AsyncGenerator<SearchLine, void> {
  let toldAt = -Infinity
  for await (const { found, ...step } of steps) {
    const now = performance.now()
    if (found.length === 0 && !step.done && now - toldAt < TELL_EVERY_MS) continue
    toldAt = now
    yield { found: found.map((job) => tellJob(queue, job)), ...step }
  }
}

/** Headers are sent with the first line: what cannot begin is answered with a code. */
async function send(lines: AsyncGenerator<SearchLine, void>, res: Response) {
  for await (const line of lines) {
    if (res.destroyed) return
    if (!res.headersSent)
      res.writeHead(200, {
        'Content-Type': 'application/x-ndjson',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      })
    if (!res.write(`${JSON.stringify(line)}\n`)) await drained(res)
  }
  res.end()
}

/** A client that reads slowly holds its search up, and one that goes away ends it. */
async function drained(res: Response) {
  const gone = new AbortController()
  const options = { signal: gone.signal }
  await Promise.race([once(res, 'drain', options), once(res, 'close', options)]).finally(() => gone.abort())
}

const tellJob = (queue: string, { jobId, name, state, at, text }: SearchProgress['found'][number]): FoundJob => ({
  job_id: jobId,
  name: untrusted(name, NAME_BYTES),
  state,
  at: toldTime(at),
  untrusted_text: untrusted(text, TEXT_BYTES),
  board_url: boardJobUrl(queue, jobId),
})
