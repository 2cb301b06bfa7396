import { ListDeadLettersOutput, ListOperationsOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'

interface Row {
  job_id: string
  name: string
  failed_reason: string
  error_group: string
  data: { n: number }
}

for (const name of ['SQLite', 'Redis']) {
  describe(`on ${name}`, () => {
    let store: TestStore
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let server: Program
    const settings = () => ({ QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: '*', CANARY_INTERVAL_MS: '0' })

    beforeAll(async () => {
      const start = stores[name]
      if (!start) throw new Error(`there is no store ${name}`)
      store = await start()
      folder = await temporaryFolder()
      server = await startProgram({ ...settings(), ROLE: 'server' })
    })
    afterAll(async () => {
      for (const part of [server, folder, store]) await part?.[Symbol.asyncDispose]()
    })

    const fetchFile = (queue: string, file: string, init: RequestInit = {}) =>
      fetch(`${server.url}/api/queues/${queue}/${file}`, init)
    async function rowsOf(queue: string, query: string): Promise<Row[]> {
      const response = await fetchFile(queue, `failures.json${query}`)
      expect(response.status).toBe(200)
      return (await response.json()) as Row[]
    }

    test('a selection is exactly what is in the file, whole, and who has fetched it is on the trail', async () => {
      await using app = await openApplication(store.url, 'kept')
      await app.fail(450, (n) => (n < 100 ? `Error: order ${n} is late` : '=cmd|calc "quoted"'))
      const all = await rowsOf('kept', '')
      expect(new Set(all.map((row) => row.job_id)).size).toBe(450)
      expect(all.map((row) => row.data.n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 450 }, (_, n) => n))

      await using mcp = await connectHttp(server.url)
      const told = await mcp.call('list_dead_letters', { queue: 'kept' })
      const { groups } = ListDeadLettersOutput.parse(told.structuredContent)
      const late = groups.find(({ count }) => count === 100)?.group ?? ''
      const ofGroup = await rowsOf('kept', `?group=${late}`)
      expect(ofGroup).toHaveLength(100)
      expect(ofGroup.every((row) => row.error_group === late && row.failed_reason.endsWith('is late'))).toBe(true)
      expect(await rowsOf('kept', `?group=${late}&name=send`)).toHaveLength(50)
      expect(await rowsOf('kept', '?reason_contains=order%207%20is')).toMatchObject([{ data: { n: 7 } }])
      expect(await rowsOf('kept', '?failed_after=2100-01-01T00:00:00Z')).toEqual([])
      const ids = all.slice(0, 2).map((row) => row.job_id)
      const byId = await rowsOf('kept', `?id=${ids[0]}&id=${ids[1]}&id=nobody`)
      expect(byId.map((row) => row.job_id).toSorted()).toEqual(ids.toSorted())

      const response = await fetchFile('kept', 'failures.csv')
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=kept-dead-letters-\S+\.csv$/)
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      const lines = (await response.text()).split('\r\n')
      expect(lines[0]).toMatch(/^queue,job_id,name,state,.*,error_group$/)
      // Nothing that a spreadsheet would run.
      expect(lines.filter((line) => line.includes(`"'=cmd|calc ""quoted"""`))).toHaveLength(350)

      await eventually(async () => {
        const list = await fetch(`${server.url}/api/operations?queue=kept&kind=export&limit=50`)
        const { operations } = ListOperationsOutput.parse(await list.json())
        expect(operations.map(({ about, done, total, state }) => ({ about, done, total, state }))).toContainEqual({
          about: expect.stringMatching(/^error ".* is late", name send, as json$/),
          done: 50,
          total: 50,
          state: 'completed',
        })
        expect(operations.find(({ about }) => about === 'all, as csv')).toMatchObject({
          done: 450,
          asked_by: expect.stringMatching(/^page \S+$/),
        })
      })
    })

    test('large payloads are streamed, and a reader who goes away is on the trail with how far he came', async () => {
      await using app = await openApplication(store.url, 'large')
      const text = 'x'.repeat(1_000_000)
      await app.queue.addBulk(Array.from({ length: 60 }, (_, n) => ({ name: 'big', data: { n, text } })))
      await app.fail(60, () => 'Error: x')
      const stop = new AbortController()
      const response = await fetchFile('large', 'failures.ndjson', { signal: stop.signal })
      const reader = response.body?.getReader()
      await reader?.read()
      stop.abort()
      await eventually(async () => {
        const list = await fetch(`${server.url}/api/operations?queue=large`)
        const [first] = ListOperationsOutput.parse(await list.json()).operations
        expect(first).toMatchObject({
          kind: 'export',
          state: 'failed',
          fail_reason: expect.stringContaining('broken off'),
          asked_by: expect.stringMatching(/^page \S+$/),
        })
        expect(first?.done).toBeLessThan(120)
      })
      const whole = await (await fetchFile('large', 'failures.ndjson')).text()
      expect(whole.length).toBeGreaterThan(60_000_000)
      expect(whole.trimEnd().split('\n')).toHaveLength(120)
    })

    test('other sites can have no file read, nor fill the trail', async () => {
      const from = (site: string) => fetchFile('exports', 'failures.csv', { headers: { 'sec-fetch-site': site } })
      for (const site of ['cross-site', 'same-site']) {
        const response = await from(site)
        expect([response.status, await response.json()]).toEqual([
          403,
          { error: expect.stringContaining('other sites') },
        ])
      }
      for (const site of ['same-origin', 'none']) expect((await from(site)).status).toBe(200)
      await eventually(async () => {
        const list = await fetch(`${server.url}/api/operations?queue=exports&kind=export`)
        expect(ListOperationsOutput.parse(await list.json()).operations).toHaveLength(2)
      })
    })

    test('what is asked wrongly is told in one sentence', async () => {
      const wrong: [string, string, number, string][] = [
        ['nowhere', 'failures.csv', 404, 'There is no queue'],
        ['exports', 'failures.csv?colour=red', 400, 'colour'],
        ['exports', 'failures.csv?failed_after=yesterday', 400, 'ISO 8601'],
        ['exports', 'failures.csv?id=1&name=send', 400, 'one of them'],
        ['exports', 'failures.xlsx', 404, 'ends with .csv'],
      ]
      for (const [queue, file, status, told] of wrong) {
        const response = await fetchFile(queue, file)
        const { error } = (await response.json()) as { error: string }
        expect({ file, status: response.status, error }).toEqual({ file, status, error: expect.stringContaining(told) })
      }
      expect((await fetchFile('exports', 'failures.csv', { method: 'POST' })).status).toBe(405)
      const head = await fetchFile('exports', 'failures.json', { method: 'HEAD' })
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
      expect(await rowsOf('exports', '')).toEqual([])
    })
  })
}
