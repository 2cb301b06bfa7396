import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { ConfigError, OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import { httpStatus } from './http-status.ts'
import type { Mount } from './mount.ts'
import { sameOrigin } from './same-origin.ts'

/** A listening server. */
export interface HttpServer {
  /** `http://host:port` */
  url: string
  /** Takes no new connections, lets requests in flight end, cuts off what stays open. */
  close(): Promise<void>
}

/** A slow download must not hold up the end of the process. */
const CUT_OFF_MS = 1000

interface Address {
  host: string
  port: number
  publicUrl: string | null
}

/**
 * Serves the given addresses. The URL under which that happens is known only once the port is, hence the function.
 * Rejects with {@link ConfigError} when the port cannot be had.
 */
export async function listen(
  { host, port, publicUrl }: Address,
  mounts: (url: string) => Mount[],
  log: Log,
): Promise<HttpServer> {
  const app = express()
  app.disable('x-powered-by')
  const server = createServer(app)
  const url = await bind(server, host, port)
  app.use((_req, res, next) => {
    res.setHeader('X-Content-Type-Options', 'nosniff')
    next()
  })
  app.use(sameOrigin(publicUrl))
  for (const { path, method, handler } of mounts(url)) {
    if (method === 'any') app.use(path, handler)
    else app.get(path, handler).all(path, refuseMethod)
  }
  app.use((_req, res) => void res.status(404).json({ error: 'There is nothing at this address.' }))
  app.use(jsonErrors(log))
  return { url, close: () => close(server) }
}

const refuseMethod: RequestHandler = (_req, res) => {
  res.setHeader('Allow', 'GET, HEAD')
  res.status(405).json({ error: 'This address is only for reading: use GET.' })
}

async function bind(server: Server, host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise.catch((error: Error & { code?: string }) => {
    const why = error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be had (${error.code})`
    throw new ConfigError([`PORT ${port} on ${host} ${why}: stop that program or choose another port.`])
  })
  server.removeListener('error', reject)
  const { port: bound } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
}

async function close(server: Server) {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_MS)
  await promise
  clearTimeout(cutOff)
}

function jsonErrors(log: Log): ErrorRequestHandler {
  return (error: Error & { status?: number }, req, res, next) => {
    if (res.headersSent) return next(error)
    if (error instanceof OpsError) return void res.status(httpStatus[error.code]).json({ error: error.message })
    const status = error.status && error.status >= 400 && error.status < 500 ? error.status : 500
    if (status === 500)
      log.error({ event: 'http_error', path: req.path, err: error }, 'a request failed for a reason that is ours')
    const message =
      status === 500 ? 'The server failed to answer; its log has the details.' : 'The request cannot be answered.'
    res.status(status).json({ error: message })
  }
}
