import type { NextFunction, Request, Response } from 'express'
import type { LegacyClient } from '../mcp/legacy-server.ts'
import { INVALID_REQUEST, ProtocolMistake } from '../mcp/protocol-mistake.ts'
import type { Sessions } from '../mcp/sessions.ts'

export const SESSION_HEADER = 'Mcp-Session-Id'

/** What is on the way between client and server may take a connection on which nothing is said for one that is dead. */
const KEEP_ALIVE_MS = 15_000

const PRIMED_SINCE = '2025-11-25'

/** A session is what it is called: nothing of it stands anywhere before it subscribes to something. */
const SESSION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function sessionOf(req: Request): string | null {
  const session = req.get(SESSION_HEADER)
  return session !== undefined && SESSION.test(session) ? session : null
}

/** The subscriptions of the session that a request is part of. */
export function subscriptionsOf(sessions: Sessions, req: Request): NonNullable<LegacyClient['subscriptions']> {
  const session = () => {
    const name = sessionOf(req)
    if (name !== null) return name
    throw new ProtocolMistake(
      `Subscriptions need a session: send the ${SESSION_HEADER} that the answer to initialize had.`,
      INVALID_REQUEST,
    )
  }
  return {
    add: async (uri) => sessions.subscribe(session(), uri),
    remove: async (uri) => sessions.unsubscribe(session(), uri),
  }
}

/** `GET /mcp`: tells a session of its resources, from where `Last-Event-ID` says on, for as long as the client stays. */
export async function streamSession(sessions: Sessions, req: Request, res: Response, next: NextFunction) {
  const session = sessionOf(req)
  if (req.get(SESSION_HEADER) === undefined || !/text\/event-stream|\*\/\*/.test(req.get('accept') ?? '*/*'))
    return next()
  if (session === null) return notFound(res)
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    [SESSION_HEADER]: session,
  })
  res.flushHeaders()
  const lastId = req.get('last-event-id')
  // A stream that breaks off before there is something to tell is gone on with at the same place. Clients of before this version
  // take an event without data for a broken one.
  if (lastId && (req.get('mcp-protocol-version') ?? '') >= PRIMED_SINCE) res.write(`id: ${lastId}\ndata: \n\n`)
  const timer = setInterval(() => res.write(': keepalive\n\n'), KEEP_ALIVE_MS)
  try {
    await sessions.stream(session, lastId, (id, uri) => res.write(eventOf(id, uri)), gone.signal)
  } finally {
    clearInterval(timer)
    res.end()
  }
}

/** `DELETE /mcp`: a session ends, as far as there is anything of it. What is asked in its name later begins it anew. */
export async function endSession(sessions: Sessions, req: Request, res: Response, next: NextFunction) {
  if (req.get(SESSION_HEADER) === undefined) return next()
  const session = sessionOf(req)
  if (session === null) return notFound(res)
  try {
    await sessions.end(session)
    res.status(204).end()
  } catch (error) {
    if (!(error instanceof ProtocolMistake)) throw error
    res.status(503).json({ jsonrpc: '2.0', error: { code: error.code, message: error.message }, id: null })
  }
}

function eventOf(id: string, uri: string): string {
  const message = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } }
  return `id: ${id}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`
}

function notFound(res: Response) {
  const message = `There is no such session: begin a new one with initialize.`
  res.status(404).json({ jsonrpc: '2.0', error: { code: INVALID_REQUEST, message }, id: null })
}
