import { SearchLine } from '@queue-ops/server/contract'
import type { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bury } from './support/bury.ts'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

async function search(url: string, queue: string, text: string, states = ''): Promise<SearchLine[]> {
  const query = new URLSearchParams({ q: text, ...(states && { state: states }) })
  const response = await fetch(`${url}/api/queues/${queue}/search?${query}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const lines = (await response.text()).trimEnd().split('\n')
  return lines.map((line) => SearchLine.parse(JSON.parse(line)))
}

const foundIn = (lines: SearchLine[]) => lines.flatMap(({ found }) => found)

for (const [storeName, startStore] of Object.entries(stores)) {
  describe(`on ${storeName}`, () => {
    const opened = new AsyncDisposableStack()
    let app: OtherApplication
    let queue: Queue
    let url: string

    const idsOf = async (text: string, states = '') =>
      foundIn(await search(url, 'mail', text, states))
        .map(({ job_id: id }) => id)
        .toSorted()

    beforeAll(async () => {
      const store = opened.use(await startStore())
      const folder = opened.use(await temporaryFolder())
      app = opened.use(await openApplication(store.url, 'mail'))
      queue = app.queue
      const settings = { DATA_DIR: folder.path, QUEUE_URL: store.url, QUEUES: 'mail', ROLE: 'server' }
      url = opened.use(await startProgram(settings)).url
      await app.fail(40, (n) => `Mailbox of reader-${n} is full`)
      await queue.add(
        'Newsletter',
        { to: 'Zoë "the fox" <zoe@example.com>', large: 'x'.repeat(5000) },
        { jobId: 'first' },
      )
      await queue.add('reminder', { at: 'noon' }, { jobId: 'later', delay: 3_600_000 })
      await queue.add('reminder', { at: 'night', text: 'NEEDLE' }, { jobId: 'urgent', priority: 3 })
    })
    afterAll(() => opened.disposeAsync())

    test('a text is found in ids, names, data and errors, whatever its case, in all states', async () => {
      expect(await idsOf('first')).toEqual(['first'])
      expect(await idsOf('newsLETTER')).toEqual(['first'])
      expect(await idsOf('"the fox"')).toEqual(['first'])
      expect(await idsOf('Zoë')).toEqual(['first'])
      expect(await idsOf('reminder')).toEqual(['later', 'urgent'])
      expect(await idsOf('needle')).toEqual(['urgent'])
      expect(await idsOf('mailbox of reader-')).toHaveLength(40)
      expect(await idsOf('nowhere at all')).toEqual([])
    })

    test('only the states that are asked for are looked into, and each job tells where it is', async () => {
      expect(await idsOf('reminder', 'delayed')).toEqual(['later'])
      const lines = await search(url, 'mail', 'reader-7 ', 'failed,delayed')
      expect(lines.at(-1)).toMatchObject({ done: true, stopped: null, scanned: 41, total: 41 })
      const [job] = foundIn(lines)
      expect(job).toMatchObject({ state: 'failed', untrusted_text: 'Mailbox of reader-7 is full' })
      expect(job?.board_url).toBe(`/admin/queues/queue/mail/${job?.job_id}`)
      const [delayed] = foundIn(await search(url, 'mail', 'later'))
      expect(delayed).toMatchObject({ state: 'delayed', untrusted_text: expect.stringContaining('"noon"') })
    })

    test('what is wrong is told in one sentence with the code for it', async () => {
      const answers: [path: string, code: number, error: RegExp][] = [
        ['mail/search', 400, /q needs the text to search for/],
        [`mail/search?q=${'x'.repeat(201)}`, 400, /at most 200 characters/],
        ['mail/search?q=x&state=lost', 400, /state some of waiting, active/],
        ['nope/search?q=x', 404, /There is no queue "nope" here/],
      ]
      for (const [path, code, error] of answers) {
        const response = await fetch(`${url}/api/queues/${path}`)
        expect([path, response.status]).toEqual([path, code])
        expect(await response.json()).toEqual({ error: expect.stringMatching(error) })
      }
    })
  })
}

const JOBS = 100_000

test('of 100,000 jobs every one that has a text is found, what goes away ends its search, and too many are told so', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const marked = (n: number) => n % 499 === 3
  await bury(
    redis.url,
    'much',
    (function* jobs() {
      for (let n = 0; n < JOBS; n += 1)
        yield { id: `job-${n}`, name: 'mail', reason: `order ${n} of ${marked(n) ? 'Marked' : 'other'} failed` }
    })(),
  )
  await using server = await startProgram({
    DATA_DIR: folder.path,
    QUEUE_URL: redis.url,
    QUEUES: 'much',
    ROLE: 'server',
  })
  const lines = await search(server.url, 'much', 'marked')
  const expected = Array.from({ length: JOBS }, (_, n) => n).filter(marked)
  expect(new Set(foundIn(lines).map(({ job_id: id }) => id))).toEqual(new Set(expected.map((n) => `job-${n}`)))
  expect(lines.at(-1)).toMatchObject({ done: true, stopped: null, scanned: JOBS, total: JOBS })
  const scanned = lines.map((line) => line.scanned)
  expect(scanned).toEqual(scanned.toSorted((a, b) => a - b))

  const all = await search(server.url, 'much', 'order')
  expect(foundIn(all)).toHaveLength(1000)
  expect(all.at(-1)).toMatchObject({ done: true, stopped: expect.stringMatching(/^1,000 jobs were found/) })
  expect(all.at(-1)?.scanned).toBeLessThan(JOBS)

  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const leaving = new AbortController()
      const response = await fetch(`${server.url}/api/queues/much/search?q=marked`, { signal: leaving.signal })
      await response.body?.getReader().read()
      leaving.abort()
    }),
  )
  // Their turns are free again.
  expect((await search(server.url, 'much', 'job-99999')).at(-1)).toMatchObject({ done: true, scanned: JOBS })

  await redis[Symbol.asyncDispose]()
  await eventually(async () => expect((await fetch(`${server.url}/api/queues/much/search?q=marked`)).status).toBe(503))
})
