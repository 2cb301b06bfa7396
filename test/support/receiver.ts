import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** What it was answered, null for nothing. */
  status: number | null
}

/** Somebody who is sent alerts, on a loopback port of its own. */
export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** What it does with requests from now on: answers with a status, or not at all. */
  behave(status: number | 'hang'): void
}

export async function startReceiver(): Promise<Receiver> {
  let behaviour: number | 'hang' = 200
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const status = behaviour === 'hang' ? null : behaviour
    const body = await text(request)
    received.push({ path: request.url ?? '', headers: request.headers, body, status })
    if (status !== null) response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 200 ? 'ok' : 'no')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    behave: (status) => (behaviour = status),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
