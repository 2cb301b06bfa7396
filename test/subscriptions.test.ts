import {
  Client as Modern,
  StreamableHTTPClientTransport as ModernHttp,
  type FetchLike,
} from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { ListExportsOutput, StartExportOutput } from '@queue-ops/server/contract'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { connectHttp, connectStdio } from './support/mcp-client.ts'
import { bareEnvironment, serverProgram, startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

// Being told that an export has ended, whichever instances have the subscription, the connection and the job.

const MODERN = { versionNegotiation: { mode: { pin: '2026-07-28' } } } as const

/** Sends each request to the next of several servers, as a load balancer does, and remembers which had the stream. */
function inTurns(servers: Program[]) {
  const alive = [...servers]
  let turn = 0
  const streams: Program[] = []
  const fetchNext: FetchLike = async (url, init) => {
    const server = alive[turn++ % alive.length]
    if (!server) throw new Error('no server is left')
    if (init?.method === 'GET') streams.push(server)
    const target = new URL(url)
    return fetch(new URL(target.pathname, server.url), init)
  }
  return {
    fetch: fetchNext,
    streams,
    async kill(server: Program) {
      alive.splice(alive.indexOf(server), 1)
      await server.stop('SIGKILL')
    },
  }
}

const uriOf = (jobId: string) => `export://${jobId}/file`

const startWith = async (client: { callTool: Client['callTool'] | Modern['callTool'] }, args: object = {}) => {
  const params = { name: 'start_export', arguments: { format: 'csv', filters: { country: 'MT' }, ...args } }
  const { structuredContent } = (await client.callTool(params)) as { structuredContent?: unknown }
  return StartExportOutput.parse(structuredContent).job_id
}

for (const storeName of ['SQLite', 'Redis'] as const) {
  test(`on ${storeName}, clients of both eras hear of their exports from whichever instance, a session of none twice or never when one dies`, async () => {
    await using store = await (stores[storeName] as (typeof stores)[string])()
    await using folder = await temporaryFolder()
    const settings = { DATA_DIR: folder.path, QUEUE_URL: store.url }
    const servers = await Promise.all([1, 2, 3].map(() => startProgram({ ...settings, ROLE: 'server' })))
    await using all = new AsyncDisposableStack()
    for (const server of servers) all.use(server)
    await listensInTurns(servers, () => startProgram({ ...settings, ROLE: 'worker' }))
    const balancer = inTurns(servers)

    const client = new Client({ name: 'test', version: '1' })
    const told: string[] = []
    const toldAt = new Map<string, number>()
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      told.push(params.uri)
      toldAt.set(params.uri, Date.now())
    })
    const transport = new StreamableHTTPClientTransport(new URL('http://balancer/mcp'), {
      fetch: balancer.fetch as typeof fetch,
      reconnectionOptions: {
        initialReconnectionDelay: 50,
        maxReconnectionDelay: 200,
        reconnectionDelayGrowFactor: 1,
        maxRetries: 100,
      },
    })
    await client.connect(transport as Parameters<Client['connect']>[0])
    await using _closing = { [Symbol.asyncDispose]: () => client.close() }
    expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: true })
    await eventually(() => expect(balancer.streams).toHaveLength(1))

    const first = await startWith(client)
    const second = await startWith(client)
    await client.subscribeResource({ uri: uriOf(first) })
    await client.subscribeResource({ uri: uriOf(second) })
    const unwanted = await startWith(client)
    await client.subscribeResource({ uri: uriOf(unwanted) })
    await client.unsubscribeResource({ uri: uriOf(unwanted) })
    {
      await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
      await eventually(() => expect(told.toSorted()).toEqual([uriOf(first), uriOf(second)].toSorted()))
    }

    const { structuredContent } = await client.callTool({ name: 'list_exports', arguments: {} })
    const { exports } = ListExportsOutput.parse(structuredContent)
    const late = Math.max(
      ...exports.map((one) => (toldAt.get(uriOf(one.job_id)) ?? 0) - Date.parse(one.finished_at ?? '')),
    )
    console.info(`${storeName}: told ${late} ms after the end of the export`)

    // What ends while no stream is there is told by the one that comes next; what was told before is not told again.
    const missed = await startWith(client)
    await client.subscribeResource({ uri: uriOf(missed) })
    const [stream] = balancer.streams
    if (!stream) throw new Error('there was no stream')
    await balancer.kill(stream)
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await eventually(() => expect(told).toContain(uriOf(missed)))
    expect(balancer.streams.at(-1)).not.toBe(stream)

    // One that is over already is told as well.
    const over = await startWith(client, { wait_ms: 5000 })
    await client.subscribeResource({ uri: uriOf(over) })
    await eventually(() => expect(told).toContain(uriOf(over)))
    expect(told).toHaveLength(4)
    await expect(client.subscribeResource({ uri: uriOf(crypto.randomUUID()) })).rejects.toThrow('Job not found')
    await expect(client.subscribeResource({ uri: 'x:' })).rejects.toThrow('There is no such resource')
  })
}

async function listensInTurns(servers: Program[], startWorker: () => Promise<AsyncDisposable>) {
  const client = new Modern({ name: 'test', version: '1' }, MODERN)
  await client.connect(new ModernHttp(new URL('http://balancer/mcp'), { fetch: inTurns(servers).fetch }))
  await using _closing = { [Symbol.asyncDispose]: () => client.close() }
  const { asked, honored } = await listens(client, startWorker)
  // What there is not is left out of what is promised.
  expect(honored).toEqual(asked.slice(0, 1))
}

async function listens(client: Modern, startWorker: () => Promise<AsyncDisposable>) {
  const told: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  const first = await startWith(client)
  const second = await startWith(client)
  const nobodys = uriOf(crypto.randomUUID())
  const asked = [uriOf(first), nobodys]
  const listening = await client.listen({ resourceSubscriptions: asked })
  const others = await client.listen({ resourceSubscriptions: [uriOf(second)] })
  await others.close()
  await using _worker = await startWorker()
  await eventually(() => expect(told).toEqual([uriOf(first)]))
  await eventually(async () => {
    const { structuredContent } = await client.callTool({ name: 'get_export_status', arguments: { job_id: second } })
    expect(structuredContent).toMatchObject({ state: 'completed' })
  })
  const late = await client.listen({ resourceSubscriptions: [uriOf(second)] })
  await eventually(() => expect(told).toEqual([uriOf(first), uriOf(second)]))
  await listening.close()
  await late.close()
  return { asked, honored: listening.honoredFilter.resourceSubscriptions }
}

test('over stdio, clients of both eras are told by the process that they have started', async () => {
  await using folder = await temporaryFolder()
  const settings = { DATA_DIR: folder.path }
  const startWorker = () => startProgram({ ...settings, ROLE: 'worker' })
  {
    await using mcp = await connectStdio({ ...settings, ROLE: 'server' })
    const told: string[] = []
    mcp.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri))
    const jobId = await startWith(mcp.client)
    await mcp.client.subscribeResource({ uri: uriOf(jobId) })
    const unwanted = await startWith(mcp.client)
    await mcp.client.subscribeResource({ uri: uriOf(unwanted) })
    await mcp.client.unsubscribeResource({ uri: uriOf(unwanted) })
    await using _worker = await startWorker()
    await eventually(() => expect(told).toEqual([uriOf(jobId)]))
  }
  const client = new Modern({ name: 'test', version: '1' }, MODERN)
  const env = { ...bareEnvironment(), ...settings, ROLE: 'server' }
  await client.connect(
    new ModernStdio({ command: process.execPath, args: [serverProgram, 'mcp'], env, stderr: 'ignore' }),
  )
  await using _closing = { [Symbol.asyncDispose]: () => client.close() }
  const { asked, honored } = await listens(client, startWorker)
  expect(honored).toEqual(asked)
})

/** The first event on the stream of a session. */
async function firstEvent(url: string, session: string, lastId: string | null) {
  const client = new AbortController()
  const response = await fetch(`${url}/mcp`, {
    headers: {
      accept: 'text/event-stream',
      'mcp-session-id': session,
      ...(lastId === null ? {} : { 'last-event-id': lastId }),
    },
    signal: client.signal,
  })
  const [, id = '', data = '{}'] = /id: (.+)\nevent: message\ndata: (.+)\n/.exec(await firstText(response)) ?? []
  client.abort()
  return { id, uri: (JSON.parse(data) as { params: { uri: string } }).params.uri }
}

async function firstText(response: Response) {
  const part = await response.body?.pipeThrough(new TextDecoderStream()).getReader().read()
  return part?.value ?? ''
}

test('a stream goes on behind the event that the client has seen last, and asks for the name of a session', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  const post = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${program.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    })
  const clientInfo = { name: 'test', version: '1' }
  const initialize = { method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } }
  const session = (await post(initialize)).headers.get('mcp-session-id') ?? ''
  const own = { 'mcp-session-id': session }
  const finished = async () => {
    const params = { name: 'start_export', arguments: { format: 'csv', limit: 1, wait_ms: 5000 } }
    const answer = (await (await post({ method: 'tools/call', params })).json()) as {
      result: { structuredContent: {} }
    }
    return uriOf(StartExportOutput.parse(answer.result.structuredContent).job_id)
  }
  const subscribe = async (uri: string, headers: Record<string, string> = own) =>
    (await post({ method: 'resources/subscribe', params: { uri } }, headers)).json()

  const first = await finished()
  expect(await subscribe(first)).toMatchObject({ result: {} })
  const seen = await firstEvent(program.url, session, null)
  expect(seen.uri).toBe(first)
  expect(await firstEvent(program.url, session, null)).toEqual(seen)
  const second = await finished()
  await subscribe(second)
  expect((await firstEvent(program.url, session, seen.id)).uri).toBe(second)

  const get = (headers: Record<string, string>) => fetch(`${program.url}/mcp`, { headers })
  const stream = { accept: 'text/event-stream' }
  expect((await get(stream)).status).toBe(405)
  expect((await get({ ...stream, 'mcp-session-id': '../../x' })).status).toBe(404)
  expect((await get({ ...own, accept: 'application/json' })).status).toBe(405)
  expect(await subscribe(first, {})).toMatchObject({
    error: { code: -32_600, message: expect.stringContaining('Subscriptions need a session') },
  })
  for (const uri of [`${first}?from=0`, first.replace('-', '%2D')])
    expect(await subscribe(uri)).toMatchObject({
      error: { code: -32_602, message: `Only a whole file can be followed: subscribe to ${first}.` },
    })
  expect(await subscribe(`${first}?${'from=0&'.repeat(130_000)}from=0`)).toMatchObject({
    error: { message: expect.stringContaining('There is no such resource') },
  })
  const notInitialize = await post({ method: 'tools/list' })
  expect(notInitialize.headers.get('mcp-session-id')).toBeNull()

  // The end of a session is that of its stream, and of what it has subscribed to.
  const ended = await get({ ...stream, ...own, 'last-event-id': seen.id })
  const reader = ended.body?.getReader()
  if (!reader) throw new Error('the stream has no body')
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain(second)
  const end = (headers: Record<string, string>) => fetch(`${program.url}/mcp`, { method: 'DELETE', headers })
  expect((await end(own)).status).toBe(204)
  while (!(await reader.read()).done) continue
  expect((await end({})).status).toBe(405)
  expect((await end({ 'mcp-session-id': '../../x' })).status).toBe(404)
  using kept = new DatabaseSync(`${folder.path}/queue.sqlite`, { readOnly: true })
  expect(kept.prepare("SELECT name FROM note WHERE name LIKE '% export:%'").all()).toEqual([])

  // A client that stays connected does not keep the server from stopping.
  const open = await get({ ...stream, ...own })
  expect(open.status).toBe(200)
  expect(await program.stop()).toBe(0)
})

/** As many as a store keeps of all sessions together. */
const MOST = 10_000
const inAWeek = Date.now() + 7 * 24 * 3_600_000

const full = {
  async Redis() {
    const redis = await startRedis()
    const fill = async (uri: string) => {
      const others = Array.from({ length: MOST - 1 }, (_, at) => [inAWeek, `other${at} ${uri}`]).flat()
      await redis.ask('ZADD', 'bull:exports:queue-ops:subscriptions', ...others)
    }
    return { url: redis.url, fill, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() }
  },
  async SQLite() {
    const folder = await temporaryFolder()
    const fill = async (uri: string) => {
      using database = new DatabaseSync(`${folder.path}/queue.sqlite`, { timeout: 5000 })
      database.exec(`WITH RECURSIVE other (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM other WHERE at < ${MOST - 1})
        INSERT INTO note (queue, name, written_at, value)
        SELECT 'bull:exports:queue-ops:sessions', 'other' || at || ' ${uri}', ${Date.now()}, '{}' FROM other`)
    }
    return {
      url: `sqlite:${folder.path}/queue.sqlite`,
      fill,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
}

for (const [storeName, start] of Object.entries(full)) {
  test(`on ${storeName}, a store that is full of subscriptions forgets those that are over and no others`, async () => {
    await using store = await start()
    await using folder = await temporaryFolder()
    const settings = { DATA_DIR: folder.path, QUEUE_URL: store.url }
    await using program = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(program.url)
    const told: string[] = []
    mcp.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri))
    const subscribe = (uri: string) => mcp.client.subscribeResource({ uri })
    const [first, second, third] = [
      uriOf(await startWith(mcp.client)),
      uriOf(await startWith(mcp.client)),
      uriOf(await startWith(mcp.client)),
    ]
    await subscribe(first)
    // Nobody noticed the end of these.
    await store.fill(uriOf(crypto.randomUUID()))
    await subscribe(second)
    await store.fill(third)
    await expect(subscribe(third)).rejects.toThrow('keeps no more subscriptions')
    // What is there stays, and may be renewed.
    await subscribe(first)
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await eventually(() => expect(told.toSorted()).toEqual([first, second].toSorted()))
    // What was told makes room.
    await eventually(() => subscribe(third))
    await eventually(() => expect(told).toContain(third))
  })
}

test('what was told takes no place of a session', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  const over = uriOf(await startWith(mcp.client, { wait_ms: 5000 }))
  await mcp.client.subscribeResource({ uri: over })
  const session = (mcp.client.transport as StreamableHTTPClientTransport).sessionId ?? ''
  {
    using database = new DatabaseSync(`${folder.path}/queue.sqlite`, { timeout: 5000 })
    const copy = database.prepare(`INSERT INTO note (queue, name, written_at, value)
      SELECT queue, ?, written_at, value FROM note WHERE name = ?`)
    for (let at = 1; at < 100; at++) copy.run(`${session} ${uriOf(`gone${at}`)}`, `${session} ${over}`)
  }
  const another = uriOf(await startWith(mcp.client, { wait_ms: 5000 }))
  expect(await mcp.client.subscribeResource({ uri: another })).toEqual({})
})
