import { request, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { serveHttp, type TestServer } from './http-servers.ts'

/** A load balancer that knows nothing of sessions. */
export interface RoundRobin extends TestServer {
  /** How many requests each server behind it has had. */
  counts(): number[]
}

/** Gives each request to the next server; one that takes no connection is passed over, as a health check would do. */
export async function roundRobin(servers: () => string[]): Promise<RoundRobin> {
  const counts = new Map<string, number>()
  let turn = 0
  const listener: RequestListener = (incoming, response) => {
    const all = servers()
    const first = turn++
    const inTurn = all.map((_, at) => all[(first + at) % all.length] ?? '')
    forward(incoming, response, inTurn, (server) => counts.set(server, (counts.get(server) ?? 0) + 1))
  }
  const { url, ...server } = await serveHttp(listener)
  return { ...server, url: new URL(url).origin, counts: () => servers().map((server) => counts.get(server) ?? 0) }
}

function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  [server, ...others]: string[],
  taken: (server: string) => void,
) {
  if (server === undefined) {
    response.writeHead(502).end()
    return
  }
  const { method = 'GET', headers, url } = incoming
  const outgoing = request(new URL(url ?? '/', server), { method, headers })
  outgoing.on('socket', (socket) => {
    const send = () => {
      taken(server)
      incoming.pipe(outgoing)
    }
    if (socket.connecting) socket.once('connect', send)
    else send()
  })
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    // What was sent already may have been done already: whether to ask again is for the client to know.
    if (error.code === 'ECONNREFUSED') forward(incoming, response, others, taken)
    else response.destroy()
  })
  response.on('close', () => outgoing.destroy())
}
