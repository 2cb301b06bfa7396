import { Agent, request } from 'node:http'

/** One way to ask for the status. */
export interface Way {
  id: string
  name: string
  path: string
  headers: Record<string, string>
  body: (jobId: string) => unknown
}

const VERSION = '2026-07-28'
const envelope = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
}
const call = (jobId: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_export_status', arguments: { job_id: jobId }, ...more },
})
const accept = 'application/json, text/event-stream'
const legacy = {
  headers: { accept, 'mcp-protocol-version': '2025-11-25' },
  body: (jobId: string) => call(jobId),
}
const modern = {
  headers: { accept, 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'get_export_status' },
  body: (jobId: string) => call(jobId, { _meta: envelope }),
}

/** As a client asks that has declared an extension, as those that know of tasks do in every call. */
const modernExtended = {
  headers: modern.headers,
  body: (jobId: string) =>
    call(jobId, {
      _meta: {
        ...envelope,
        'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
      },
    }),
}

/** As a client asks that wants to hear of progress: nothing that is usual, so it goes through the SDK (decision 31). */
const modernProgress = {
  headers: modern.headers,
  body: (jobId: string) => call(jobId, { _meta: { ...envelope, progressToken: 1 } }),
}

export const ways: Way[] = [
  { id: 'bare', name: 'Express route', path: '/bare', headers: {}, body: (jobId) => ({ job_id: jobId }) },
  { id: 'ours-legacy', name: 'Queue Ops, 2025-11-25', path: '/ours', ...legacy },
  { id: 'ours-modern', name: 'Queue Ops, 2026-07-28', path: '/ours', ...modern },
  { id: 'ours-extended', name: 'Queue Ops, 2026-07-28, with an extension', path: '/ours', ...modernExtended },
  { id: 'through-sdk', name: 'Queue Ops, 2026-07-28, with a progress token', path: '/ours', ...modernProgress },
  { id: 'plain-v1', name: 'SDK 1, new server per request', path: '/plain-v1', ...legacy },
  { id: 'plain-v2', name: 'SDK 2, new server per request', path: '/plain-v2', ...modern },
]

export const AT_A_TIME = 10

/** Asks so many times, always some at a time; gives how long each took, in milliseconds. Rejects at a wrong answer. */
export async function load(url: string, way: Way, jobId: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME })
  const body = JSON.stringify(way.body(jobId))
  const options = { agent, method: 'POST', headers: { 'content-type': 'application/json', ...way.headers } }
  const times: number[] = []
  let begun = 0
  const one = async () => {
    while (begun++ < count) {
      const startedAt = performance.now()
      const text = await post(`${url}${way.path}`, options, body)
      times.push(performance.now() - startedAt)
      if (!text.includes('"rows":120000')) throw new Error(`${way.name} answered: ${text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, one))
  agent.destroy()
  return times
}

function post(url: string, options: object, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request(url, options, (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (part: string) => (text += part))
    answer.on('end', () => resolve(text)).on('error', reject)
  })
  asked.on('error', reject).end(body)
  return promise
}
