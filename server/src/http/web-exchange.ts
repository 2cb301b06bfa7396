import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'

/** The head of a request as the web's standard has it, for libraries that want one; its body was read already. */
export function toWebRequest(req: Request, res: Response, headers: Record<string, string> = {}): globalThis.Request {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const all = new Headers()
  for (const [name, value] of Object.entries(req.headers)) if (value !== undefined) all.set(name, String(value))
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  const init = { method: req.method, headers: all, signal: gone.signal }
  return new globalThis.Request(new URL(req.originalUrl, 'http://localhost'), init)
}

/** Sends the answer of such a library. A client that goes away meanwhile is no error. */
export async function sendWebResponse(reply: globalThis.Response, res: Response): Promise<void> {
  res.status(reply.status)
  reply.headers.forEach((value, name) => res.setHeader(name, value))
  if (!reply.body) return void res.end()
  await pipeline(Readable.fromWeb(reply.body), res).catch(() => undefined)
}
