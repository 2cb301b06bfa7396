import { createBullBoard } from '@bull-board/api'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import { Router, type RequestHandler } from 'express'
import type { Trail } from '../operations/record.ts'
import type { Store } from '../queue/store.ts'
import { CanaryFreeAdapter } from './board-canary.ts'
import { boardHooks } from './board-hooks.ts'
import { SqliteBoardAdapter, sqliteWords } from './board-sqlite.ts'
import { shownValue } from './board-values.ts'
import type { Mount } from './mount.ts'
import { refuseForeignChanges } from './same-origin.ts'

export const BOARD_PATH = '/admin/queues'

/** The address of a job's page in Bull Board. */
export const boardJobUrl = (queue: string, jobId: string) =>
  `${BOARD_PATH}/queue/${encodeURIComponent(queue)}/${encodeURIComponent(jobId)}`

/** The address of a job on our own page. */
const pageJobUrl = (queue: string, jobId: string) =>
  `/queues/${encodeURIComponent(queue)}/jobs/${encodeURIComponent(jobId)}`

export interface Board {
  store: Store
  /** Those that are known from the beginning. */
  queues: readonly Queue[]
  /** All that there are by now; asked whenever somebody looks. Rejects when that cannot be told. */
  listQueues?: () => Promise<Queue[]>
  /** Of the operations: on the board to be read only, since it is the record of who did what. */
  records?: Queue
  trail: Trail
  readOnly?: boolean
}

/** Bull Board on the queues of a store: browse, retry, remove, pause; only browse when it is read-only. */
export function mountBoard({ store, queues, listQueues, records, trail, readOnly = false }: Board): Mount {
  const adapter = new ExpressAdapter()
  adapter.setBasePath(BOARD_PATH)
  const { hooks, watch } = boardHooks(trail, readOnly)
  const shown = new Map<string, CanaryFreeAdapter>()
  const show = (queue: Queue, readOnlyMode = readOnly) => {
    const known = shown.get(queue.name) ?? adapterOf(queue, store, readOnlyMode)
    shown.set(queue.name, known)
    return known
  }
  const last = records ? [show(records, true)] : []
  const { replaceQueues } = createBullBoard({
    queues: [...queues.map((queue) => show(queue)), ...last],
    serverAdapter: adapter,
    options: {
      handlerHooks: hooks,
      uiConfig: {
        boardTitle: 'Queue Ops',
        // With them, each look at the board has the store list its clients once for every queue; our own page tells them.
        showWorkers: false,
        miscLinks: [
          { text: 'Status page', url: '/' },
          { text: 'Operations', url: '/operations' },
        ],
      },
    },
  })
  const board = Router()
  if (store.kind === 'sqlite') board.use(sqliteWords())
  if (listQueues) {
    board.use('/api', async (_req, _res, next) => {
      // Without the store it is told by whoever asks it next.
      const all = await listQueues().catch(() => null)
      if (all) replaceQueues([...all.map((queue) => show(queue)), ...last])
      next()
    })
  }
  board.use(refuseForeignChanges)
  board.use(watch)
  board.use(adapter.getRouter() as RequestHandler)
  return { path: BOARD_PATH, method: 'any', handler: withDeadline(board) }
}

function adapterOf(queue: Queue, store: Store, readOnlyMode: boolean): CanaryFreeAdapter {
  const options = {
    readOnlyMode,
    externalJobUrl: ({ id }: { id?: string | number | null | undefined }) => ({
      displayText: 'On the status page',
      href: pageJobUrl(queue.name, String(id ?? '')),
    }),
  }
  const adapter =
    store.kind === 'sqlite'
      ? new SqliteBoardAdapter(queue, store, options)
      : new CanaryFreeAdapter(queue, store, options)
  adapter.setFormatter('data', shownValue)
  adapter.setFormatter('returnValue', shownValue)
  return adapter
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
