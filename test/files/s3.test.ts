import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { CreateMultipartUploadCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { exportsIn } from '../support/exports-folder.ts'
import { connectHttp, connectStdio } from '../support/mcp-client.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { clientOfThePast, noS3, startS3, type TestS3 } from '../support/s3.ts'

const HOUR_MS = 3_600_000

describe.skipIf(noS3)(`exports in an object storage${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  let redis: TestRedis
  beforeAll(async () => {
    s3 = await startS3()
    redis = await startRedis()
  })
  afterAll(async () => {
    await s3?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })
  const settings = (folder: string, prefix: string) => ({
    QUEUE_URL: redis.url,
    DATA_DIR: folder,
    EXPORT_FILES: s3.filesUrl(prefix),
    ...s3.credentials,
  })

  test('what one machine has made, another one hands out, over HTTP and stdio', async () => {
    await using here = await temporaryFolder()
    await using there = await temporaryFolder()
    await using _worker = await startProgram({ ...settings(here.path, 'made/'), ROLE: 'worker' })
    await using server = await startProgram({ ...settings(there.path, 'made/'), ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    const jobId = await mcp.startExport({ format: 'csv' })
    const { file, bytes, sha256, download_url: url } = await mcp.finishedExport(jobId)
    expect(url).toBe(`${server.url}/exports/${file}`)

    const redirect = await fetch(url, { redirect: 'manual' })
    expect(redirect.status).toBe(302)
    expect(redirect.headers.get('cache-control')).toBe('no-store')
    const link = new URL(redirect.headers.get('location') ?? '')
    expect(link.origin).toBe(s3.endpoint)
    expect(Number(link.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(900)
    expect(link.href).not.toContain(s3.credentials.AWS_SECRET_ACCESS_KEY)

    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`)
    const content = Buffer.from(await response.arrayBuffer())
    expect({ bytes: content.length, sha256: hashOf(content) }).toEqual({ bytes, sha256 })

    const part = await fetch(url, { headers: { range: 'bytes=1000000-1999999' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(1_000_000, 2_000_000))).toBe(true)
    const head = await fetch(url, { method: 'HEAD' })
    expect({ status: head.status, length: Number(head.headers.get('content-length')) }).toEqual({
      status: 200,
      length: bytes,
    })

    const read = async (uri: string) => (await mcp.client.readResource({ uri })).contents[0]
    const rows = await read(`export://${jobId}/file?from=1000000&bytes=5000`)
    const { length } = Buffer.from(String(rows && 'text' in rows && rows.text))
    expect(rows).toMatchObject({
      text: content.subarray(1_000_000, 1_000_000 + length).toString('utf8'),
      _meta: { total_bytes: bytes, next: `export://${jobId}/file?from=${1_000_000 + length}&bytes=5000` },
    })
    expect(await read(`export://${jobId}/file?from=${bytes}`)).toMatchObject({ text: '', _meta: { next: null } })

    await using stdio = await connectStdio({ ...settings(there.path, 'made/'), ROLE: 'server' })
    const { download_url: direct } = await stdio.finishedExport(jobId)
    expect(new URL(direct).origin).toBe(s3.endpoint)
    expect(hashOf(Buffer.from(await (await fetch(direct)).arrayBuffer()))).toBe(sha256)

    const stored = await s3.client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key: 'made/' + file }))
    expect(stored).toMatchObject({ ContentType: 'text/csv; charset=utf-8', Metadata: { sha256 } })
    expect(await exportsIn(join(here.path, 'exports'))).toEqual([])
    expect(await s3.openUploads('made/')).toEqual([])
  })

  test('what is too old or too much goes from there too, but nothing that was just read and nothing of others', async () => {
    const ages: Record<string, number> = {
      '1.csv': 50,
      '2.csv': 40,
      '3.csv': 30,
      '4.csv': 3,
      '5.csv': 2,
      'note.txt': 90,
    }
    for (const [name, ageHours] of Object.entries(ages)) await putThePast(s3, `kept/${name}`, ageHours * HOUR_MS)
    await putThePast(s3, 'kept/.5.csv.lease', 1.5 * HOUR_MS)
    await using folder = await temporaryFolder()
    await using server = await startProgram({ ...settings(folder.path, 'kept/'), ROLE: 'server' })
    // Whoever has a link may be reading.
    expect((await fetch(`${server.url}/exports/2.csv`, { redirect: 'manual' })).status).toBe(302)
    await using worker = await startProgram({
      ...settings(folder.path, 'kept/'),
      ROLE: 'worker',
      EXPORT_MAX_AGE_HOURS: '24',
      EXPORT_MAX_TOTAL_MB: '2',
    })
    const left = () => s3.keys('kept/').then((keys) => keys.filter((key) => /[/.]\d\.csv|note/.test(key)))
    await eventually(async () =>
      expect(await left()).toEqual(['.2.csv.lease', '2.csv', '5.csv', 'note.txt'].map((name) => `kept/${name}`)),
    )
    expect(worker.log().filter(({ event }) => event === 'export_deleted')).toHaveLength(4)
    const gone = await fetch(`${server.url}/exports/1.csv`, { redirect: 'manual' })
    expect({ status: gone.status, answer: await gone.json() }).toEqual({
      status: 404,
      answer: { error: expect.stringMatching(/kept for a limited time/) },
    })
  })

  test('uploads that were begun more than a day ago and not ended are given up', async () => {
    const upload = (client: TestS3['client'], name: string) =>
      client.send(new CreateMultipartUploadCommand({ Bucket: s3.bucket, Key: 'begun/' + name }))
    await upload(clientOfThePast(s3, 25 * HOUR_MS), '6.csv')
    await upload(clientOfThePast(s3, 25 * HOUR_MS), 'note.txt')
    await upload(s3.client, '7.csv')
    await using folder = await temporaryFolder()
    await using worker = await startProgram({ ...settings(folder.path, 'begun/'), ROLE: 'worker' })
    await eventually(() =>
      expect(worker.log()).toContainEqual(expect.objectContaining({ event: 'abandoned_removed', count: 1 })),
    )
    expect(await s3.openUploads('begun/')).toEqual([`begun/7.csv`, `begun/note.txt`])
  })
})

const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')

/** A megabyte that was published so long ago. */
async function putThePast(s3: TestS3, key: string, agoMs: number) {
  const object = { Bucket: s3.bucket, Key: key, Body: Buffer.alloc(1024 * 1024) }
  await clientOfThePast(s3, agoMs).send(new PutObjectCommand(object))
}
