import { createBullBoard } from '@bull-board/api'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import { Router, type RequestHandler } from 'express'
import type { Store } from '../queue/store.ts'
import { CanaryFreeAdapter } from './board-canary.ts'
import { SqliteBoardAdapter, sqliteWords } from './board-sqlite.ts'
import type { Mount } from './mount.ts'

export const BOARD_PATH = '/admin/queues'

/** The address of a job's page in Bull Board. */
export const boardJobUrl = (queue: string, jobId: string) =>
  `${BOARD_PATH}/queue/${encodeURIComponent(queue)}/${encodeURIComponent(jobId)}`

/** Bull Board on the given queues of `store`: browse, retry, remove, pause; only browse when it is read-only. */
export function mountBoard(queues: Queue[], store: Store, readOnlyMode = false): Mount {
  const adapter = new ExpressAdapter()
  adapter.setBasePath(BOARD_PATH)
  createBullBoard({
    queues: queues.map((queue) =>
      store.kind === 'sqlite'
        ? new SqliteBoardAdapter(queue, store, { readOnlyMode })
        : new CanaryFreeAdapter(queue, store, { readOnlyMode }),
    ),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Queue Ops', miscLinks: [{ text: 'Status page', url: '/' }] } },
  })
  const board = Router()
  if (store.kind === 'sqlite') board.use(sqliteWords())
  board.use(adapter.getRouter() as RequestHandler)
  return { path: BOARD_PATH, method: 'any', handler: withDeadline(board) }
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
