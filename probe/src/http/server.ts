import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSecret } from '../alerts/secret.ts'
import { OwnFault } from '../failure.ts'
import { health } from './health.ts'
import { history } from './history.ts'
import { incidentsFeed } from './incidents-feed.ts'
import { isLoopback, type Listening } from './listen-settings.ts'
import { metrics } from './metrics.ts'
import { page } from './page.ts'
import { probe } from './probe.ts'
import { asError, type Answer, type Route, type Serving } from './route.ts'
import { status } from './status.ts'

/** Every address of the probe's own server; the page has what is left. */
const routes: readonly Route[] = [metrics, probe, history, incidentsFeed, health, status]

export interface ProbeServer {
  /** `http://host:port` */
  url: string
  /** Takes no new requests and cuts off what stays open. */
  close(): Promise<void>
}

/** What a request without an answer in sight may hold open when the probe ends. */
const CUT_OFF_MS = 500

/** Serves {@link routes}. Rejects with OwnFault when the address cannot be had or the token cannot be read. */
export async function startProbeServer(listening: Listening, serving: Serving): Promise<ProbeServer> {
  const token = listening.token === null ? null : await readSecret(listening.token)
  const server = createServer((request, response) => {
    answerTo(request, token, serving).then(
      (answer) => write(response, request, answer),
      () => write(response, request, asError(500, 'The probe failed to answer.')),
    )
  })
  const url = await bind(server, listening)
  return { url, close: () => close(server) }
}

async function answerTo(request: IncomingMessage, token: string | null, serving: Serving): Promise<Answer> {
  const refusal = token === null ? refuseForeign(request) : refuseStranger(request, token)
  if (refusal !== null) return refusal
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return asError(405, 'This address is only for reading: use GET.')
  }
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://probe')
  const route = routes.find((route) => route.path === path) ?? page
  return await route.answer(searchParams, serving, path)
}

/** Without a token this machine is trusted, but not what a foreign page makes a browser send (DNS rebinding). */
function refuseForeign({ headers: { host = '', origin } }: IncomingMessage): Answer | null {
  if (isOurs(`http://${host}`) && (origin === undefined || isOurs(origin))) return null
  return asError(403, 'Only requests to localhost from localhost are answered.')
}

const isOurs = (address: string) => isLoopback(URL.parse(address)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '')

/** The token comes as a bearer token or, from a browser that has asked for it, as the password of any user. */
function refuseStranger({ headers }: IncomingMessage, token: string): Answer | null {
  const { authorization = '' } = headers
  const [, user = ''] = /^Basic (\S+)$/i.exec(authorization) ?? []
  const password = /^[^:]*:(.*)$/s.exec(Buffer.from(user, 'base64').toString())?.[1]
  const given = password ?? /^Bearer (.*)$/i.exec(authorization)?.[1] ?? ''
  if (!timingSafeEqual(digest(given), digest(token))) {
    return asError(401, 'A bearer token is needed, or the token as password.')
  }
  // A browser sends the password also for what a foreign page embeds.
  const isEmbedded = headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate'
  return isEmbedded ? asError(403, 'Requests from pages of others are not answered.') : null
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function write(response: ServerResponse, { method }: IncomingMessage, { status, type, body, headers: more }: Answer) {
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, {
    ...headers,
    ...more,
    ...(status === 401 ? { 'www-authenticate': 'Bearer, Basic realm="queue-ops-probe", charset="UTF-8"' } : {}),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

async function bind(server: Server, { host, port }: Listening): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise.catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be had (${error.code})`
    throw new OwnFault(`port ${port} on ${host} ${why}: stop that program or choose another port`)
  })
  server.removeListener('error', reject)
  const { port: bound } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_MS)
  await promise
  clearTimeout(cutOff)
}
