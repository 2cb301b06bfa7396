import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createLog } from '../log.ts'
import { legacyServerFactory } from '../mcp/legacy-server.ts'
import { modernHandler } from '../mcp/modern-handler.ts'
import { modernServerFactory } from '../mcp/modern-server.ts'
import { offerResources } from '../mcp/offered-resources.ts'
import { offerTools } from '../mcp/offered-tools.ts'
import type { ResourceKind } from '../resources/resource.ts'
import { readOnly, type Tool } from '../tools/tool.ts'
import { listen, type HttpServer } from './listen.ts'
import { mountMcp } from './mcp.ts'

const Nothing = z.strictObject({})
const Counted = z.object({ steps: z.number() })

const counting: Tool<typeof Nothing, typeof Counted> = {
  name: 'count',
  title: 'Count',
  description: 'Counts to three and tells so.',
  input: Nothing,
  output: Counted,
  annotations: readOnly,
  async handle(_, { progress }) {
    await progress({ progress: 1, total: null, message: 'one' })
    await progress({ progress: 2, total: 3, message: 'two' })
    return { output: { steps: 3 } }
  },
}

const events = new EventTarget()

const endless: Tool<typeof Nothing, typeof Counted> = {
  ...counting,
  name: 'wait',
  async handle(_, { signal }) {
    events.dispatchEvent(new Event('begun'))
    await once(signal, 'abort')
    events.dispatchEvent(new Event('given up'))
    return { output: { steps: 0 } }
  },
}

const nothing: ResourceKind = {
  template: { uriTemplate: 'none://{id}', name: 'none', title: 'None', description: 'There are none.' },
  list: async () => ({ resources: [], nextCursor: null }),
  read: () => null,
  follow: () => null,
}

let server: HttpServer
beforeAll(async () => {
  const log = createLog('silent')
  const tools = offerTools([counting, endless], log)
  const resources = offerResources(nothing, log)
  const offer = { tools, resources, tasks: null }
  const modern = modernHandler(modernServerFactory(offer), resources, log)
  const eras = { tools, legacy: legacyServerFactory(offer), modern, sessions: null }
  server = await listen({ host: '127.0.0.1', port: 0, publicUrl: null }, () => [mountMcp(eras, log)], log)
})
afterAll(() => server?.close())

const VERSION = '2026-07-28'
const envelope = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}
const eras = {
  legacy: { meta: {}, headers: {} },
  modern: { meta: envelope, headers: { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call' } },
}
type Era = keyof typeof eras

/** Of a call without progress, with something about it that sends it through the SDK. */
const bySdk = { 'example.org/trace': '1' }

/** As clients declare it in every call. */
const knowsTasks = {
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
}

interface Ask {
  meta?: object
  era: Era
  accept: string
  progressToken?: string | number
  signal?: AbortSignal
}

function ask(name: string, { era, accept, progressToken, signal, meta: more = {} }: Ask): Promise<Response> {
  const { meta, headers } = eras[era]
  const _meta = { ...meta, ...more, ...(progressToken === undefined ? {} : { progressToken }) }
  return fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      ...headers,
      ...(era === 'modern' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {}, _meta } }),
    ...(signal ? { signal } : {}),
  })
}

/** All messages of an answer, whichever way it came. */
function messages(text: string): Record<string, unknown>[] {
  const parts = text.startsWith('{') ? [text] : text.split('\n').flatMap((line) => /^data: (.+)/.exec(line)?.[1] ?? [])
  return parts.map((part) => JSON.parse(part) as Record<string, unknown>)
}

const BOTH = 'application/json, text/event-stream'

for (const era of ['legacy', 'modern'] as const) {
  for (const accept of [BOTH, 'text/event-stream, application/json;q=0.5', '*/*', 'text/event-stream']) {
    test(`${era}: progress that was asked for comes before the result, accepting ${accept}`, async () => {
      const answer = await ask('count', { era, accept, progressToken: 7 })
      expect(answer.headers.get('content-type')).toBe('text/event-stream')
      const [first, second, result] = messages(await answer.text())
      const method = 'notifications/progress'
      expect(first).toMatchObject({ method, params: { progressToken: 7, progress: 1, message: 'one' } })
      expect(first?.['params']).not.toHaveProperty('total')
      expect(second).toMatchObject({ method, params: { progressToken: 7, progress: 2, total: 3, message: 'two' } })
      expect(result).toMatchObject({ id: 1, result: { structuredContent: { steps: 3 } } })
    })
  }

  test(`${era}: a client that reads only JSON, or asks for no progress, gets plain JSON`, async () => {
    for (const asked of [{ accept: 'application/json', progressToken: 7 }, { accept: BOTH }]) {
      const answer = await ask('count', { era, ...asked })
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(messages(await answer.text())).toMatchObject([{ id: 1, result: { structuredContent: { steps: 3 } } }])
    }
  })

  test(`${era}: a call is given up when its client goes away`, async () => {
    const client = new AbortController()
    const begun = once(events, 'begun')
    const givenUp = once(events, 'given up')
    const answer = ask('wait', { era, accept: BOTH, signal: client.signal })
    await begun
    client.abort()
    await expect(answer).rejects.toThrow('aborted')
    await givenUp
  })
}

test('a usual call of the modern era is answered as the SDK would', async () => {
  for (const name of ['count', 'nothing']) {
    const other = await ask(name, { era: 'modern', accept: BOTH, meta: bySdk })
    const text = await other.text()
    for (const meta of [{}, knowsTasks]) {
      const usual = await ask(name, { era: 'modern', accept: BOTH, meta })
      expect(usual.status).toBe(other.status)
      expect(usual.headers.get('content-type')).toBe(other.headers.get('content-type'))
      expect(await usual.text()).toBe(text)
    }
  }
})

test('a call of the modern era that goes through the SDK is given up with its client too', async () => {
  const client = new AbortController()
  const begun = once(events, 'begun')
  const givenUp = once(events, 'given up')
  const answer = ask('wait', { era: 'modern', accept: BOTH, signal: client.signal, meta: bySdk })
  await begun
  client.abort()
  await expect(answer).rejects.toThrow('aborted')
  await givenUp
})
