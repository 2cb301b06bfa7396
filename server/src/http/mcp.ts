import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express'
import type { Log } from '../log.ts'
import type { Mount } from './mount.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const METHOD_NOT_ALLOWED = -32_000

/**
 * `POST /mcp`: Streamable HTTP without sessions, so that any instance behind any load balancer can answer any request.
 * A client that accepts both kinds of answers gets plain JSON, and an event stream when it asked for progress, which
 * only a stream can carry.
 */
export function mountMcp(createServer: () => Server, log: Log): Mount {
  const router = Router()
  router.post('/', express.json({ limit: MAX_BODY_BYTES, strict: false }), (req, res) =>
    answer(createServer(), req, res),
  )
  router.all('/', (_req, res) => {
    res.setHeader('Allow', 'POST')
    sendError(res, 405, METHOD_NOT_ALLOWED, 'This server keeps no sessions: send each message by POST.')
  })
  router.use(jsonRpcErrors(log))
  return { path: '/mcp', method: 'any', handler: router }
}

async function answer(server: Server, req: Request, res: Response) {
  const accept = req.get('accept') ?? '*/*'
  const streams = accept.includes('text/event-stream')
  const reads = accept.includes('application/json') || accept.includes('*/*')
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: reads && !(streams && wantsProgress(req.body)),
  })
  res.once('close', () => void server.close())
  await server.connect(transport as Parameters<Server['connect']>[0])
  const reply = await transport.handleRequest(toWebRequest(req), { parsedBody: req.body as unknown })
  res.status(reply.status)
  reply.headers.forEach((value, name) => res.setHeader(name, value))
  if (!reply.body) return void res.end()
  // The client going away is not an error of ours.
  await pipeline(Readable.fromWeb(reply.body), res).catch(() => undefined)
}

function toWebRequest(req: Request): globalThis.Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) if (value !== undefined) headers.set(name, String(value))
  // The SDK insists on both; a client that can read only one of them is served all the same.
  headers.set('accept', 'application/json, text/event-stream')
  return new globalThis.Request(new URL(req.originalUrl, 'http://localhost'), { method: req.method, headers })
}

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
