import { once } from 'node:events'
import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectHttp, type McpClient } from '../support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from '../support/program.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program
let mcp: McpClient
let url: string
let content: Buffer
let file: string
beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: folder.path })
  mcp = await connectHttp(program.url)
  const result = await mcp.finishedExport(await mcp.startExport({ format: 'csv' }))
  ;({ download_url: url, file } = result)
  content = await readFile(join(folder.path, 'exports', file))
})
afterAll(async () => {
  await mcp?.[Symbol.asyncDispose]()
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(url, { method, headers })
/** fetch adds `cache-control: no-cache` to conditional requests, which asks for the whole file. */
async function statusFor(headers: Record<string, string>): Promise<number | undefined> {
  const [response] = (await once(request(url, { headers }).end(), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('a file fetched in pieces is the same byte by byte', async () => {
  const etag = (await get({}, 'HEAD')).headers.get('etag') ?? ''
  const pieces: Buffer[] = []
  for (const [from, to] of [
    [0, 0],
    [1, 999],
    [1000, 2_000_000],
    [2_000_001, ''],
  ] as const) {
    const response = await get({ range: `bytes=${from}-${to}`, 'if-range': etag })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(
      `bytes ${from}-${to === '' ? content.length - 1 : to}/${content.length}`,
    )
    pieces.push(await bytesOf(response))
  }
  expect(Buffer.concat(pieces).equals(content)).toBe(true)
  const end = await get({ range: 'bytes=-100' })
  expect((await bytesOf(end)).equals(content.subarray(-100))).toBe(true)
})

test('a download that broke off goes on where it ended', async () => {
  const broken = new AbortController()
  const response = await fetch(url, { signal: broken.signal })
  const etag = response.headers.get('etag') ?? ''
  const reader = response.body?.getReader()
  const first = Buffer.from((await reader?.read())?.value ?? [])
  broken.abort()
  expect(first.length).toBeGreaterThan(0)
  const rest = await bytesOf(await get({ range: `bytes=${first.length}-`, 'if-range': etag }))
  expect(Buffer.concat([first, rest]).equals(content)).toBe(true)
})

test('HEAD tells size, type and version without the content', async () => {
  const response = await get({}, 'HEAD')
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-length': String(content.length),
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename=${file}`,
    'accept-ranges': 'bytes',
    etag: expect.stringMatching(/^"[\da-f]+-[\da-f]+"$/),
  })
})

test('who has the version already is told so', async () => {
  const etag = (await get({}, 'HEAD')).headers.get('etag') ?? ''
  expect(await statusFor({ 'if-none-match': etag })).toBe(304)
  expect(await statusFor({ 'if-none-match': '"other"' })).toBe(200)
})

test('a range behind the end is refused with the size and a sentence', async () => {
  const response = await get({ range: `bytes=${content.length}-` })
  expect(response.status).toBe(416)
  expect(response.headers.get('content-range')).toBe(`bytes */${content.length}`)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBeNull()
  expect(await response.json()).toEqual({ error: expect.stringMatching(/^The range begins behind the end/) })
})

test('when the file was made anew meanwhile, who resumes gets all of the new one, even of the same size', async () => {
  const etag = (await get({}, 'HEAD')).headers.get('etag') ?? ''
  const path = join(folder.path, 'exports', file)
  const other = Buffer.alloc(content.length, 'x')
  await writeFile(`${path}.new`, other)
  await rename(`${path}.new`, path)
  const response = await get({ range: 'bytes=1000-', 'if-range': etag })
  expect(response.status).toBe(200)
  expect((await bytesOf(response)).equals(other)).toBe(true)
})

test('links inside the folder lead nowhere', async () => {
  const secret = join(folder.path, 'secret.csv')
  await writeFile(secret, 'secret')
  await symlink(secret, join(folder.path, 'exports', '17.csv'))
  await mkdir(join(folder.path, 'exports', '18.csv'))
  for (const name of ['17.csv', '18.csv']) {
    const response = await fetch(`${program.url}/exports/${name}`)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  }
})

test('a compressed file is handed out as what it is', async () => {
  await appendFile(join(folder.path, 'exports', '19.csv.gz'), 'not really')
  const response = await fetch(`${program.url}/exports/19.csv.gz`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/gzip')
  expect(response.headers.get('content-encoding')).toBeNull()
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=19.csv.gz')
})

test('when the folder is gone, status and download say so, and not that the file was deleted', async () => {
  const jobId = await mcp.startExport({ format: 'csv', filters: { country: 'NL' } })
  await mcp.finishedExport(jobId)
  await rm(join(folder.path, 'exports'), { recursive: true })
  const problem = 'The folder of the exported files cannot be read. Let the operator look at it.'
  expect((await mcp.exportStatus(jobId)).result).toMatchObject({ download_url: null, file_problem: problem })
  const response = await get()
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 503, body: { error: problem } })
})
