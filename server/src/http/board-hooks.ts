import type { IncomingHttpHeaders } from 'node:http'
import type { createBullBoard } from '@bull-board/api'
import type { RequestHandler, Response } from 'express'
import type { RecordData } from '../operations/operation-job.ts'
import type { Trail } from '../operations/record.ts'
import { jobOf, queueOf, sayAction, type BoardAction } from './board-action.ts'
import { writesBackMask } from './board-values.ts'
import { plainAddress } from './plain-address.ts'

type BoardOptions = NonNullable<Parameters<typeof createBullBoard>[0]['options']>
type BoardHooks = NonNullable<BoardOptions['handlerHooks']>

const READ_ONLY = 'Nothing can be changed here: the server is read-only (READ_ONLY=1).'
const MASKED =
  'The data of this job is not shown whole on this page, and what stands in its place must not become the data: change it by a program.'

/**
 * Stands in the way of what must not be done through Bull Board, and records everything else that changes something, with how it
 * ended. The hooks know what is asked, the handler by whom and how it was answered; they find each other by the headers, which
 * are the same object in both.
 */
export function boardHooks(trail: Trail, readOnly: boolean): { hooks: BoardHooks; watch: RequestHandler } {
  const asked = new WeakMap<IncomingHttpHeaders, BoardAction>()
  return {
    hooks: {
      async before({ method, route, request }) {
        if (method === 'get') return { allow: true }
        if (readOnly) return { allow: false, status: 403, message: READ_ONLY }
        const { params, body, headers, queues } = request
        const action = { route, params, body: body as unknown }
        asked.set(headers, action)
        if (await writesBackMask(action, queues)) return { allow: false, status: 409, message: MASKED }
        return { allow: true }
      },
    },
    watch(req, res, next) {
      // A socket that is closed does not tell its address any more.
      const asking = { asked_by: `board ${plainAddress(req.socket.remoteAddress)}`, begun_at: Date.now() }
      res.once('close', () => {
        const action = asked.get(req.headers)
        if (action) void trail.record({ ...recordOf(action, res), ...asking })
      })
      next()
    },
  }
}

function recordOf(action: BoardAction, res: Response): Omit<RecordData, 'asked_by'> {
  const problem = problemOf(res)
  // Of a whole queue nobody counts how many.
  const total = jobOf(action) === null ? null : 1
  return {
    kind: 'board',
    queue: queueOf(action),
    about: sayAction(action),
    done: total === 1 && problem === null ? 1 : 0,
    total,
    problem,
  }
}

function problemOf({ headersSent, statusCode }: Response): string | null {
  if (!headersSent) return 'The caller had gone before there was an answer: it may have been done.'
  if (statusCode === 503) return 'The queue store was too slow to answer: it may have been done.'
  return statusCode < 400 ? null : `Bull Board has refused it or failed (${statusCode}).`
}
