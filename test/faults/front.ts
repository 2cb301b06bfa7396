import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { buffer, text } from 'node:stream/consumers'
import { makeAuthority, makeCertificate } from '../support/certificates.ts'

/** What happens to a request. `rpc`: the method of its JSON-RPC message, null when there is none. */
export type Conduct = (request: IncomingMessage, response: ServerResponse, rpc: string | null) => Promise<Handled>

/** `pass`: the server behind answers. A function: its answer is changed first. */
export type Handled = 'done' | 'pass' | ((answer: string) => string)

/** A server of HTTP before another one, as proxies are, that can be told to misbehave. */
export interface Front extends AsyncDisposable {
  /** Without a path. */
  url: string
  /** The certificate of who signed its own one; null without TLS. */
  authority: string | null
  /** From now on. */
  behave(conduct: Conduct): void
  /** Another server behind, from now on. */
  towards(behind: string): void
  /** Another certificate for the connections from now on. */
  certify(days: number): Promise<void>
}

const properly: Conduct = async () => 'pass'

/** What no certificate is told to expire for: the probe warns at 21 days. */
const USUAL_DAYS = 90

export async function startFront(first: string, tls: boolean): Promise<Front> {
  let behind = first
  let conduct = properly
  const listener: RequestListener = (request, response) => {
    void answer(request, response, behind, conduct).catch(() => response.destroy())
  }
  const authority = tls ? await makeAuthority() : null
  // For the monitors in this process.
  if (authority) setDefaultCACertificates([...getCACertificates('default'), authority.cert])
  const certificate = async (days: number) => (authority ? makeCertificate(authority, days) : {})
  const server = authority ? createTlsServer(await certificate(USUAL_DAYS), listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: authority?.cert ?? null,
    towards: (next) => void (behind = next),
    behave: (next) => void (conduct = next),
    async certify(days) {
      if (!(server instanceof TlsServer)) throw new Error('this front speaks no TLS')
      server.setSecureContext(await certificate(days))
      server.closeIdleConnections()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(incoming: IncomingMessage, response: ServerResponse, behind: string, conduct: Conduct) {
  const body = await buffer(incoming)
  const handled = await conduct(incoming, response, methodOf(body))
  if (handled === 'done') return
  const headers = { ...incoming.headers, host: new URL(behind).host, 'accept-encoding': 'identity' }
  const onward = request(new URL(incoming.url ?? '/', behind), { method: incoming.method, headers })
  // Who asks has gone: the server behind need not answer any more.
  response.once('close', () => onward.destroy())
  onward.on('error', () => response.destroy())
  onward.once('response', (result) => {
    if (handled === 'pass') {
      response.writeHead(result.statusCode ?? 502, result.headers)
      result.pipe(response)
      return
    }
    const { 'content-length': _, ...kept } = result.headers
    text(result).then(
      (told) => response.writeHead(result.statusCode ?? 502, kept).end(handled(told)),
      () => response.destroy(),
    )
  })
  onward.end(body)
}

function methodOf(body: Buffer): string | null {
  try {
    const { method } = JSON.parse(body.toString()) as { method?: unknown }
    return typeof method === 'string' ? method : null
  } catch {
    return null
  }
}
