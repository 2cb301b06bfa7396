import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { QueueSnapshot, RenderPage, StatusReport } from '@queue-ops/server/contract'
import { serveHttp } from './http-servers.ts'

const built = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** What the page's build has for the server. */
export async function builtPage(): Promise<{ index: string; renderPage: RenderPage }> {
  const [index, { renderPage }] = await Promise.all([
    readFile(`${built}/page/index.html`, 'utf8'),
    import(pathToFileURL(`${built}/render/render.js`).href) as Promise<{ renderPage: RenderPage }>,
  ])
  return { index, renderPage }
}

const counts = { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 9, failed: 0 }

export const recordedQueue = (queue: string, changes: Partial<QueueSnapshot> = {}): QueueSnapshot => ({
  queue,
  status: 'operational',
  reason: `The queue "${queue}" works: jobs are taken and finished.`,
  since: new Date(Date.now() - 600_000).toISOString(),
  paused: false,
  counts,
  oldest_waiting_s: null,
  dead_letters_per_min: 0,
  per_minute: 12,
  consumers: 1,
  consuming: null,
  last_success_at: new Date(Date.now() - 5000).toISOString(),
  ...changes,
})

/** A report of now as a server gives it. */
export function recordedStatus(queues: QueueSnapshot[], changes: Partial<StatusReport> = {}): StatusReport {
  const now = new Date().toISOString()
  const [main] = queues
  return {
    version: '0.1.0',
    health: {
      healthy: true,
      status: main?.status ?? 'operational',
      summary: main?.reason ?? '',
      queue: main?.queue ?? 'exports',
      observed_at: now,
      checks: [],
    },
    queue: { counts, paused: false, consumers: [], workers: [], dead_letters: [] },
    fleet: { sequence: 'a-1', taken_at: now, store_reachable: true, queues },
    read_only: false,
    probe_results: [],
    board_url: '/admin/queues/',
    ...changes,
  }
}

/** A server of the built page whose answers a test gives: what a real one cannot be brought to do at will. */
export async function serveRecorded(first: StatusReport | null) {
  const { index, renderPage } = await builtPage()
  const streams = new Set<ServerResponse>()
  let status = first
  let hasEvents = true
  let polls = 0
  let isStill = false

  const write = (stream: ServerResponse) => {
    const { probe_results: _same, ...event } = { ...status }
    if (status && !isStill) stream.write(`event: snapshot\ndata: ${JSON.stringify(event)}\n\n`)
  }

  const server = await serveHttp((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://recorded')
    if (pathname === '/api/status') {
      polls += 1
      if (!status) return void response.destroy()
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(status))
    }
    if (pathname === '/api/events') {
      if (!hasEvents || !status) return void response.writeHead(404).end()
      streams.add(response.writeHead(200, { 'content-type': 'text/event-stream' }))
      response.once('close', () => streams.delete(response))
      return write(response)
    }
    if (/^\/(?:assets\/|icon|theme)/.test(pathname)) {
      const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[pathname.split('.').at(-1) ?? '']
      response.setHeader('content-type', type ?? 'text/plain')
      return void createReadStream(`${built}/page${pathname}`).pipe(response)
    }
    const asked = { address: request.url?.slice(1) ?? '', wayUp: './', status, now: Date.now() }
    response.setHeader('content-type', 'text/html').end(renderPage(index, asked).html)
  })

  return {
    url: new URL(server.url).origin,
    /** Tells a new report, to those who listen at once; null: answers no more. */
    tell(next: StatusReport | null) {
      status = next
      for (const stream of streams) if (next) write(stream)
      if (!next) for (const stream of streams) stream.destroy()
    },
    /** Events are not offered any more, and those who listen are cut off. */
    stopEvents() {
      hasEvents = false
      for (const stream of streams) stream.destroy()
    },
    /** Streams stay open and nothing comes. */
    becomeStill: () => void (isStill = true),
    streams: () => streams.size,
    polls: () => polls,
    async [Symbol.asyncDispose]() {
      for (const stream of streams) {
        stream.destroy()
        await once(stream, 'close').catch(() => undefined)
      }
      await server[Symbol.asyncDispose]()
    },
  }
}
