import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'

/** The head of a request as the web's standard has it, for libraries that want one; its body was read already. */
export function toWebRequest(req: Request, res: Response, headers: Record<string, string> = {}): globalThis.Request {
  const all = new Headers()
  for (const [name, value] of Object.entries(req.headers)) if (value !== undefined) all.set(name, String(value))
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  const request = new globalThis.Request(`http://localhost${req.originalUrl}`, { method: req.method, headers: all })
  const gone = new AbortController()
  res.once('close', () => res.writableFinished || gone.abort())
  // Given to the constructor it would be followed by another one, which costs as much as all the rest.
  Object.defineProperty(request, 'signal', { value: gone.signal })
  return request
}

/** Sends the answer of such a library. A client that goes away meanwhile is no error. */
export async function sendWebResponse(reply: globalThis.Response, res: Response): Promise<void> {
  const headers = Object.fromEntries(reply.headers)
  if (!reply.body) return void res.writeHead(reply.status, headers).end()
  if (headers['content-type'] === 'application/json') {
    const text = await reply.text()
    return void res.writeHead(reply.status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  }
  res.writeHead(reply.status, headers)
  await pipeline(Readable.fromWeb(reply.body), res).catch(() => undefined)
}
