import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A server of a test's own on a free loopback port. */
export interface TestServer extends AsyncDisposable {
  /** Of its MCP endpoint. */
  url: string
}

export async function serveHttp(listener: RequestListener): Promise<TestServer> {
  return serving(createServer(listener), 'http')
}

export async function serveHttps(options: ServerOptions, listener: RequestListener): Promise<TestServer> {
  return serving(createHttpsServer(options, listener), 'https')
}

/** Passes every request on to a server, but those of some MCP methods: they are answered by `instead`. */
export async function serveExcept(behind: string, methods: string[], instead: RequestListener): Promise<TestServer> {
  return serveHttp(async (request, response) => {
    const body = await text(request)
    const { method } = (body === '' ? {} : JSON.parse(body)) as { method?: string }
    if (method !== undefined && methods.includes(method)) {
      instead(request, response)
      return
    }
    const headers = Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
      ['host', 'connection', 'content-length', 'transfer-encoding'].includes(name)
        ? []
        : values.map((value): [string, string] => [name, value]),
    )
    const init = { method: request.method ?? 'GET', headers, ...(body === '' ? {} : { body }) }
    try {
      const answer = await fetch(behind, init)
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      response.end(await answer.text())
    } catch {
      // The server behind has ended with the test.
      response.destroy()
    }
  })
}

async function serving(server: Server, scheme: string): Promise<TestServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${scheme}://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
