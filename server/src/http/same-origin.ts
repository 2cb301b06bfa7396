import type { Request, RequestHandler } from 'express'
import { isLoopback } from '../config.ts'

/**
 * Refuses with 403 what a foreign page makes a browser send: a `Host` that is neither this machine's nor that of
 * `publicUrl` (DNS rebinding), or an `Origin` that is not one of ours (cross-site requests). Clients that are no
 * browsers send no `Origin` and pass.
 */
export function sameOrigin(publicUrl: string | null): RequestHandler {
  const publicHost = publicUrl ? new URL(publicUrl).host : null
  const ours = (host: string) => host === publicHost || isLoopback(hostname(host))
  return (req, res, next) => {
    const { host = '', origin } = req.headers
    if (!ours(host)) return refuse(res, `Host "${host}" is not served here: use localhost, or set PUBLIC_URL.`)
    if (origin !== undefined && !ours(originHost(origin)))
      return refuse(res, `Requests from origin "${origin}" are refused.`)
    next()
  }
}

type Reply = Parameters<RequestHandler>[1]

/**
 * Refuses with 403 what browsers say another site makes them send, also without an `Origin`, as by an image; another port of this
 * machine is another site, too. For whatever changes something or is recorded.
 */
export const refuseForeign: RequestHandler = (req, res, next) => {
  if (!isForeign(req)) return next()
  res.status(403).json({ error: 'Requests from other sites are refused: use the page of this server.' })
}

/** `none` is a person: by the address bar, or a bookmark. */
const isForeign = (req: Request) => !['same-origin', 'none', undefined].includes(req.get('sec-fetch-site'))

const READING = ['GET', 'HEAD', 'OPTIONS']

/** {@link refuseForeign} for what changes something; links from elsewhere may be followed. */
export const refuseForeignChanges: RequestHandler = (req, res, next) =>
  READING.includes(req.method) ? next() : refuseForeign(req, res, next)

/** A JSON-RPC error is also readable for those who expect plain JSON, so there is one shape for every address. */
function refuse(res: Reply, message: string) {
  res.status(403).json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null })
}

const hostname = (host: string) =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1') : ''
const originHost = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : '')
