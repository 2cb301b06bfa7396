import { randomUUID } from 'node:crypto'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express'
import type { Log } from '../log.ts'
import { isTooDeep, TOO_DEEP } from '../mcp/depth.ts'
import { eraOf, readsStreams, type EraHeaders } from '../mcp/era.ts'
import type { LegacyServerFactory } from '../mcp/legacy-server.ts'
import type { ModernHandler } from '../mcp/modern-handler.ts'
import type { OfferedTools } from '../mcp/offered-tools.ts'
import { ProtocolMistake } from '../mcp/protocol-mistake.ts'
import type { Sessions } from '../mcp/sessions.ts'
import { usualAnswer, usualCall, type UsualCall } from '../mcp/usual-call.ts'
import type { Mount } from './mount.ts'
import { answerPlainly, isPlainRequest, sendJson } from './plain-answer.ts'
import { endSession, SESSION_HEADER, streamSession, subscriptionsOf } from './session-stream.ts'
import { sendWebResponse, toWebRequest } from './web-exchange.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const METHOD_NOT_ALLOWED = -32_000

/** The tool list, and a binding of it for each protocol era. */
export interface McpEras {
  tools: OfferedTools
  /** Up to 2025-11-25: a server for one request. */
  legacy: LegacyServerFactory
  /** 2026-07-28. */
  modern: ModernHandler
  /** Where clients up to 2025-11-25 can subscribe; null when they cannot. */
  sessions: Sessions | null
}

/**
 * `POST /mcp`: both protocol eras by Streamable HTTP, told apart request by request, so that any instance behind any load
 * balancer can answer any request. The answer is plain JSON, or an event stream when there is progress to tell and the client
 * reads streams. `GET /mcp`: the stream of a session of before 2026-07-28, on any instance too. `DELETE /mcp`: its end.
 */
export function mountMcp(eras: McpEras, log: Log): Mount {
  const router = Router()
  router.post('/', express.json({ limit: MAX_BODY_BYTES, strict: false }), (req, res) => {
    if (isTooDeep(req.body)) return sendError(res, 400, INVALID_REQUEST, TOO_DEEP)
    const headers = eraHeaders(req)
    // What express has not read as JSON is refused by the legacy binding, in words that both eras have in common.
    const era = req.body === undefined ? 'legacy' : eraOf(req.body, headers)
    if (era === 'legacy') return answerLegacy(eras, req, res)
    const usual = usualCall(req.body, headers)
    return usual ? answerUsual(eras, usual, req, res) : answerModern(eras.modern, req, res)
  })
  const { sessions } = eras
  if (sessions) {
    router.get('/', (req, res, next) => streamSession(sessions, req, res, next))
    router.delete('/', (req, res, next) => endSession(sessions, req, res, next))
  }
  router.all('/', (_req, res) => {
    res.setHeader('Allow', sessions ? 'DELETE, GET, POST' : 'POST')
    sendError(res, 405, METHOD_NOT_ALLOWED, 'Send each message by POST; a session that nobody uses ends by itself.')
  })
  router.use(jsonRpcErrors(log))
  return { path: '/mcp', method: 'any', handler: router }
}

const eraHeaders = (req: Request): EraHeaders => ({
  protocolVersion: req.get('mcp-protocol-version'),
  method: req.get('mcp-method'),
  name: req.get('mcp-name'),
})

async function answerUsual({ tools, modern }: McpEras, { id, call, client }: UsualCall, req: Request, res: Response) {
  const gone = new AbortController()
  res.once('close', () => res.writableEnded || gone.abort())
  const unheard = { progressToken: undefined, notify: async () => undefined }
  const caller = { signal: gone.signal, ...unheard, knowsLinks: true, client }
  let result: CallToolResult
  try {
    result = await tools.call(call, caller)
  } catch (error) {
    // The SDK knows how a mistake is told.
    if (error instanceof ProtocolMistake) return answerModern(modern, req, res)
    throw error
  }
  sendJson(res, usualAnswer(id, result))
}

async function answerModern(handler: ModernHandler, req: Request, res: Response) {
  await sendWebResponse(await handler.answer(toWebRequest(req, res), req.body as unknown), res)
}

async function answerLegacy({ legacy, sessions }: McpEras, req: Request, res: Response) {
  const server = legacy({
    version: () => req.get('mcp-protocol-version') ?? null,
    // The name that it gave when it was connected is with no later request.
    client: () => ({ name: req.get('user-agent') }),
    subscriptions: sessions && subscriptionsOf(sessions, req),
  })
  if (sessions && isInitialize(req.body)) res.setHeader(SESSION_HEADER, randomUUID())
  const accept = req.get('accept') ?? '*/*'
  const isJson = /application\/json|\*\/\*/.test(accept) && !(readsStreams(accept) && wantsProgress(req.body))
  if (isJson && isPlainRequest(req)) return answerPlainly(server, req, res)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: isJson })
  res.once('close', () => void server.close())
  await server.connect(transport as Parameters<Server['connect']>[0])
  // The SDK insists on both; a client that can read only one of them is served all the same.
  const request = toWebRequest(req, res, { accept: 'application/json, text/event-stream' })
  await sendWebResponse(await transport.handleRequest(request, { parsedBody: req.body as unknown }), res)
}

const isInitialize = (body: unknown): boolean => (body as { method?: unknown } | null)?.method === 'initialize'

function wantsProgress(body: unknown): boolean {
  const messages: unknown[] = Array.isArray(body) ? body : [body]
  return messages.some((message) => {
    const meta = (message as { params?: { _meta?: { progressToken?: unknown } } } | null)?.params?._meta
    return meta?.progressToken !== undefined
  })
}

function jsonRpcErrors(log: Log): ErrorRequestHandler {
  return (error: Error & { status?: number; type?: string }, _req, res, next) => {
    if (res.headersSent) return next(error)
    if (error.type === 'entity.parse.failed') return sendError(res, 400, PARSE_ERROR, 'The body is not valid JSON.')
    if (error.type === 'entity.too.large') {
      return sendError(res, 413, INVALID_REQUEST, `The body is larger than ${MAX_BODY_BYTES} bytes.`)
    }
    if (error.status && error.status < 500)
      return sendError(res, error.status, INVALID_REQUEST, 'The body cannot be read.')
    log.error({ event: 'mcp_error', err: error }, 'an MCP request failed for a reason that is ours')
    sendError(res, 500, -32_603, 'The server failed to answer; its log has the details.')
  }
}

function sendError(res: Response, status: number, code: number, message: string) {
  res.status(status).json({ jsonrpc: '2.0', error: { code, message }, id: null })
}
