import { Client as Modern, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { answerText, connectHttp, connectStdio, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

// The files of exports as resources, as clients of both protocol eras read them.

interface Reader extends AsyncDisposable {
  read(uri: string): Promise<unknown>
  list(cursor?: string): Promise<unknown>
  templates(): Promise<unknown>
  call(name: string, args: Record<string, unknown>): Promise<unknown>
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program
let mcp: McpClient

beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: folder.path })
  mcp = await connectHttp(program.url)
})
afterAll(async () => {
  await mcp?.[Symbol.asyncDispose]()
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const legacy = ({ client, [Symbol.asyncDispose]: close }: McpClient): Reader => ({
  read: (uri) => client.readResource({ uri }),
  list: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
  templates: () => client.listResourceTemplates(),
  call: (name, args) => client.callTool({ name, arguments: args }),
  [Symbol.asyncDispose]: close,
})

async function modern(): Promise<Reader> {
  const client = new Modern({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  await client.connect(new ModernHttp(new URL('/mcp', program.url)))
  return {
    read: (uri) => client.readResource({ uri }),
    list: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
    templates: () => client.listResourceTemplates(),
    call: (name, args) => client.callTool({ name, arguments: args }),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

const eras: Record<string, () => Promise<Reader>> = {
  '2025-11-25 over HTTP': async () => legacy(await connectHttp(program.url)),
  '2025-11-25 over stdio': async () => legacy(await connectStdio({ DATA_DIR: folder.path, ROLE: 'server' })),
  '2026-07-28 over HTTP': modern,
}

const Content = z.object({
  uri: z.string(),
  mimeType: z.string(),
  text: z.string().optional(),
  blob: z.string().optional(),
  _meta: z.object({ total_bytes: z.number(), next: z.string().nullable() }),
})
const Read = z.object({ contents: z.tuple([Content]) })

async function readOne(reader: Reader, uri: string) {
  return Read.parse(await reader.read(uri)).contents[0]
}

async function finished(args: Record<string, unknown>) {
  const result = await mcp.finishedExport(await mcp.startExport(args))
  return { ...result, uri: `export://${result.file.split('.')[0]}/file` }
}

const download = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())

for (const [era, connect] of Object.entries(eras)) {
  test(`by ${era}, a result links to its file, which is read whole or in parts of whole lines`, async () => {
    await using reader = await connect()
    const small = await finished({ format: 'csv', filters: { country: 'MT' }, limit: 20 })
    const jobId = small.file.split('.')[0]
    const { content } = z
      .object({ content: z.array(z.looseObject({ type: z.string() })) })
      .parse(await reader.call('wait_for_export', { job_id: jobId }))
    expect(content[1]).toEqual({
      type: 'resource_link',
      uri: small.uri,
      name: small.file,
      mimeType: 'text/csv; charset=utf-8',
      size: small.bytes,
    })
    const bytes = await download(small.download_url)
    expect(await readOne(reader, small.uri)).toMatchObject({
      uri: small.uri,
      mimeType: 'text/csv; charset=utf-8',
      text: bytes.toString('utf8'),
      _meta: { total_bytes: small.bytes, next: null },
    })

    const large = await finished({ format: 'ndjson', filters: { country: 'JP' }, limit: 300 })
    const whole = await download(large.download_url)
    await expect(reader.read(large.uri)).rejects.toThrow(
      new RegExp(`has ${large.bytes} bytes, more than the 12288 .* read ${large.uri}\\?from=0 for its first part`),
    )
    let text = ''
    for (let next: string | null = `${large.uri}?from=0`; next !== null;) {
      const part = await readOne(reader, next)
      expect(part).toMatchObject({ uri: next, _meta: { total_bytes: large.bytes } })
      expect(part.text).toMatch(/\n$/)
      expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(25_000)
      text += part.text
      ;({ next } = part._meta)
    }
    expect(text).toBe(whole.toString('utf8'))
    const all = await readOne(reader, `${large.uri}?bytes=262144`)
    expect(all).toMatchObject({ text, _meta: { next: null } })
    expect(await readOne(reader, `${large.uri}?from=${large.bytes + 5}`)).toMatchObject({ text: '' })
  })

  test(`by ${era}, a file that is no text is read whole or not at all, and what is not there is told`, async () => {
    await using reader = await connect()
    const small = await finished({ format: 'xlsx', filters: { country: 'MT' }, limit: 2 })
    const blob = (await readOne(reader, small.uri)).blob ?? ''
    expect(Buffer.from(blob, 'base64').equals(await download(small.download_url))).toBe(true)
    const packed = await finished({ format: 'csv', compression: 'gzip', filters: { country: 'JP' } })
    await expect(reader.read(packed.uri)).rejects.toThrow(
      /more than the 12288 that are read at once: fetch (http|file)/,
    )
    await expect(reader.read(`${packed.uri}?from=0`)).rejects.toThrow(/no text .* fetch its download_url/)
    await expect(reader.read(`${small.uri}?to=5`)).rejects.toThrow('?from=BYTE')
    const text = await finished({ format: 'csv', filters: { country: 'MT' }, limit: 1 })
    await expect(reader.read(`${text.uri}?bytes=262145`)).rejects.toThrow('At most 262144 bytes')

    const notFound = { code: era.startsWith('2026') ? -32_602 : -32_002 }
    await expect(reader.read(`export://${crypto.randomUUID()}/file`)).rejects.toMatchObject(notFound)
    await expect(reader.read('file:///etc/passwd')).rejects.toMatchObject(notFound)
    const gone = await finished({ format: 'csv', limit: 1 })
    await rmFile(gone.file)
    await expect(reader.read(gone.uri)).rejects.toThrow('The file was deleted')
  })

  test(`by ${era}, finished exports are listed in pages`, async () => {
    await using reader = await connect()
    await finished({ format: 'csv', filters: { country: 'MT' }, limit: 3 })
    const List = z.object({ resources: z.array(z.object({ uri: z.string(), title: z.string() })) })
    const { resources } = List.parse(await reader.list())
    expect(resources[0]).toMatchObject({ title: expect.stringContaining('cities, 3 rows as csv') })
    expect((await readOne(reader, resources[0]?.uri ?? '')).text).toContain('MT')
    await expect(reader.list('x')).rejects.toThrow('cursor')
    expect(await reader.templates()).toMatchObject({
      resourceTemplates: [{ uriTemplate: 'export://{job_id}/file{?from,bytes}' }],
    })
  })
}

test('a client of before 2025-06-18, for which a link would be a broken result, gets none', async () => {
  const { file } = await finished({ format: 'csv', limit: 1 })
  const params = { name: 'get_export_status', arguments: { job_id: file.split('.')[0] } }
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(`${program.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    })
    return ((await answer.json()) as { result: { content: { type: string }[] } }).result.content.map(({ type }) => type)
  }
  expect(await ask({})).toEqual(['text'])
  expect(await ask({ 'mcp-protocol-version': '2025-03-26' })).toEqual(['text'])
  expect(await ask({ 'mcp-protocol-version': '2025-06-18' })).toEqual(['text', 'resource_link'])
})

test('an export that has no file yet says so', async () => {
  await using elsewhere = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: elsewhere.path, ROLE: 'server' })
  await using client = await connectHttp(server.url)
  const jobId = await client.startExport({ format: 'csv' })
  await expect(client.client.readResource({ uri: `export://${jobId}/file` })).rejects.toThrow('it is waiting')
  expect(answerText(await client.call('get_export_status', { job_id: jobId }))).toMatchObject({ state: 'waiting' })
})

const rmFile = (name: string) => rm(join(folder.path, 'exports', name))
