import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/**
 * `pass`: nothing happens to a request. `unavailable`: 503, as S3 answers when it is overloaded. `hang`: it is never
 * answered. `cut`: the connection ends in the middle of it.
 */
export type Fate = 'pass' | 'unavailable' | 'hang' | 'cut'

/** Stands in front of a server and does to each request what it is told. */
export interface FaultyProxy extends AsyncDisposable {
  url: string
  /** What happens to requests from now on. */
  decide(fate: (method: string, path: string) => Fate): void
  /** The requests so far, as `METHOD path`. */
  seen(): string[]
}

const SLOW_DOWN =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'

/** So much of a request is let through before the connection is cut. */
const CUT_AFTER_BYTES = 100_000

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  let fateOf: (method: string, path: string) => Fate = () => 'pass'
  const seen: string[] = []
  const server = createServer((req, res) => {
    const { method = '', url = '' } = req
    seen.push(`${method} ${url}`)
    const fate = fateOf(method, url)
    if (fate === 'unavailable') return refuse(req, res)
    if (fate === 'hang') return void req.resume()
    forward(target, req, res)
    if (fate === 'cut') cut(req)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: (fate) => void (fateOf = fate),
    seen: () => [...seen],
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function refuse(req: IncomingMessage, res: ServerResponse) {
  req.resume()
  req.once('end', () => res.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN))
}

function cut(req: IncomingMessage) {
  let bytes = 0
  req.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > CUT_AFTER_BYTES) req.socket.destroy()
  })
}

/** The Host of the client is kept, since signatures hold for it. */
function forward(target: string, req: IncomingMessage, res: ServerResponse) {
  const { method, url = '', headers } = req
  const onward = request(new URL(url, target), { method, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  onward.on('error', () => res.destroy())
  req.on('error', () => onward.destroy())
  req.once('close', () => !req.complete && onward.destroy())
  req.pipe(onward)
}
