import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import type { RequestHandler } from 'express'
import type { StoreKind } from '../queue/store.ts'
import type { Mount } from './mount.ts'

export const BOARD_PATH = '/admin/queues'

/** The address of a job's page in Bull Board. */
export const boardJobUrl = (queue: string, jobId: string) =>
  `${BOARD_PATH}/queue/${encodeURIComponent(queue)}/${encodeURIComponent(jobId)}`

/**
 * Bull Board on the given queues: browse, retry, remove, pause. Its store panel knows Redis and PostgreSQL only, so it is
 * left out on SQLite; what that panel would show stands in the check `queue_sqlite`.
 */
export function mountBoard(queues: Queue[], store: StoreKind): Mount {
  const adapter = new ExpressAdapter()
  adapter.setBasePath(BOARD_PATH)
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: 'Queue Ops',
        miscLinks: [{ text: 'Status page', url: '/' }],
        hideRedisDetails: store === 'sqlite',
      },
    },
  })
  return { path: BOARD_PATH, method: 'any', handler: withDeadline(adapter.getRouter()) }
}

const DEADLINE_MS = 5000

/** Bull Board waits for its store without bound; a person does not. */
function withDeadline(board: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const timer = setTimeout(() => {
      if (!res.headersSent)
        res.status(503).json({ error: 'The queue store does not answer. Try again in a few seconds.' })
    }, DEADLINE_MS)
    res.once('close', () => clearTimeout(timer))
    board(req, res, next)
  }
}
