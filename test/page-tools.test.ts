import { HandleDeadLettersOutput, ListOperationsOutput, OperationOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

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
      server = await startProgram(settings())
    })
    afterAll(async () => {
      for (const part of [server, folder, store]) await part?.[Symbol.asyncDispose]()
    })

    async function ask(tool: string, args: unknown, headers: Record<string, string> = JSON_TYPE) {
      const body = typeof args === 'string' ? args : JSON.stringify(args)
      const response = await fetch(`${server.url}/api/tools/${tool}`, { method: 'POST', headers, body })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    async function list(query: string) {
      const response = await fetch(`${server.url}/api/operations?${query}`)
      expect(response.status).toBe(200)
      return ListOperationsOutput.parse(await response.json())
    }

    test('the page previews, confirms and follows an operation, which stands on the list with who asked', async () => {
      await using app = await openApplication(store.url, 'page')
      await app.fail(3, () => 'Error: x')
      const args = { queue: 'page', filter: { name: 'send', reason_contains: 'x' } }
      const preview = HandleDeadLettersOutput.parse((await ask('discard_dead_letters', args)).body)
      expect(preview).toMatchObject({ count: 2, operation_id: null })
      const confirmed = { ...args, confirm_token: preview.confirm_token }
      const { status, body } = await ask('discard_dead_letters', confirmed)
      expect(status).toBe(200)
      const operationId = HandleDeadLettersOutput.parse(body).operation_id
      await eventually(async () => {
        const { body: told } = await ask('get_operation', { operation_id: operationId })
        expect(OperationOutput.parse(told)).toMatchObject({ state: 'completed', done: 2, total: 2 })
      })
      expect((await ask('discard_dead_letters', confirmed)).status).toBe(409)
      expect((await list('queue=page')).operations).toMatchObject([
        {
          operation_id: operationId,
          kind: 'discard',
          about: 'name send, reason contains x',
          state: 'completed',
          done: 2,
          asked_by: expect.stringMatching(/^page (127\.0\.0\.1|::1)$/),
        },
      ])
    })

    test('delayed jobs are promoted once each, as they were when they were shown', async () => {
      await using app = await openApplication(store.url, 'later')
      const delay = 3_600_000
      const soon = await app.queue.add('send', { n: 0 }, { delay })
      const others = await app.queue.addBulk(
        Array.from({ length: 200 }, (_, n) => ({
          name: 'send',
          data: { n: n + 1 },
          opts: { delay: delay + 1000 + n },
        })),
      )
      const ranked = await app.queue.add('send', { n: 999 }, { delay: 2 * delay, priority: 3 })
      expect((await ask('promote_jobs', { queue: 'later' })).status).toBe(400)
      const all = { queue: 'later', filter: {} }
      const preview = HandleDeadLettersOutput.parse((await ask('promote_jobs', all)).body)
      expect(preview).toMatchObject({ count: 202, oldest_failed_at: null })
      expect(preview.sample_ids[0]).toBe(soon.id)
      // One goes by itself, one is delayed anew, one comes.
      await soon.promote()
      await others[7]?.changeDelay(delay)
      const late = await app.queue.add('send', { n: 1000 }, { delay })
      const { body } = await ask('promote_jobs', { ...all, confirm_token: preview.confirm_token })
      const { operation_id: id } = HandleDeadLettersOutput.parse(body)
      await eventually(async () => {
        const told = OperationOutput.parse((await ask('get_operation', { operation_id: id })).body)
        expect(told).toMatchObject({
          kind: 'promote',
          about: 'all',
          state: 'completed',
          total: 202,
          done: 200,
          gone: 2,
        })
      })
      expect(await app.queue.getJobCounts('delayed', 'waiting', 'prioritized')).toEqual({
        delayed: 2,
        waiting: 200,
        prioritized: 1,
      })
      expect(await ranked.getState()).toBe('prioritized')

      const byId = { queue: 'later', ids: [late.id, late.id, others[0]?.id, 'nobody'] }
      const one = HandleDeadLettersOutput.parse((await ask('promote_jobs', byId)).body)
      expect(one).toMatchObject({ count: 1, sample_ids: [late.id] })
      await using work = app.work('completes')
      await ask('promote_jobs', { ...byId, confirm_token: one.confirm_token })
      await eventually(() => expect(work.runs.size).toBe(202))
      expect([...new Set(work.runs.values())]).toEqual([1])
    })

    test('pausing and resuming stand on the list, also what was so before, and MCP clients by their names', async () => {
      await using _app = await openApplication(store.url, 'held')
      await ask('pause_queue', { queue: 'held' })
      await using mcp = await connectHttp(server.url)
      await mcp.call('resume_queue', { queue: 'held' })
      await ask('resume_queue', { queue: 'held' })
      const { operations } = await list('queue=held')
      expect(operations.map(({ kind, done, total, state }) => ({ kind, done, total, state }))).toEqual([
        { kind: 'resume', done: 0, total: 1, state: 'completed' },
        { kind: 'resume', done: 1, total: 1, state: 'completed' },
        { kind: 'pause', done: 1, total: 1, state: 'completed' },
      ])
      expect(operations[1]?.asked_by).toMatch(/^mcp .+/)
      const answer = await mcp.call('list_operations', { queue: 'held', kind: 'pause' })
      expect(ListOperationsOutput.parse(answer.structuredContent).operations).toEqual([operations[2]])
    })

    test('the list has each operation once over its pages, newest first, whatever is filtered', async () => {
      await using _app = await openApplication(store.url, 'paged')
      for (let n = 0; n < 65; n += 1) await ask(n % 3 === 0 ? 'pause_queue' : 'resume_queue', { queue: 'paged' })
      // One that ends between two pages may be told twice.
      await using records = await openApplication(store.url, 'exports-operations')
      await eventually(async () => expect(await records.queue.count()).toBe(0))
      for (const [filter, count] of [
        ['', 65],
        ['&kind=pause', 22],
      ] as const) {
        const seen: OperationOutput[] = []
        for (let cursor: string | null = ''; cursor !== null;) {
          const page: ListOperationsOutput = await list(`queue=paged&limit=7&cursor=${cursor}${filter}`)
          expect(page.operations.length).toBeLessThanOrEqual(7)
          seen.push(...page.operations)
          cursor = page.next_cursor
        }
        expect(new Set(seen.map((one) => one.operation_id)).size).toBe(count)
        expect(seen).toHaveLength(count)
        expect(seen.map(({ created_at: at }) => at)).toEqual(
          seen
            .map(({ created_at: at }) => at)
            .toSorted()
            .toReversed(),
        )
      }
    })

    test('bad news have their codes, and one sentence each', async () => {
      const wrong: [string, unknown, number, string][] = [
        ['retry_dead_letters', {}, 400, 'ids, group or filter'],
        ['retry_dead_letters', { filter: {}, confirm_token: 'x' }, 400, 'confirm_token'],
        ['retry_dead_letters', [], 400, 'Wrong arguments'],
        ['retry_dead_letters', '{"filter":', 400, 'not a JSON object'],
        ['retry_dead_letters', `{"filter": ${'['.repeat(50)}${']'.repeat(50)}}`, 400, 'levels deep'],
        ['retry_dead_letters', '{"__proto__": {}}', 400, '__proto__'],
        ['pause_queue', { queue: 'nowhere' }, 400, 'There is no queue'],
        ['pause_queues', {}, 404, 'did you mean "pause_queue"?'],
        ['get_operation', { operation_id: 'x' }, 404, 'There is no such operation'],
        ['get_job', { queue: 'exports', job_id: 'x' }, 404, 'no such job'],
        ['get_job', 'x'.repeat(1_100_000), 413, 'larger than'],
      ]
      for (const [tool, args, status, told] of wrong) {
        expect(await ask(tool, args)).toMatchObject({ status, body: { error: expect.stringContaining(told) } })
      }
      for (const query of ['cursor=x', 'limit=0', 'limit=x', 'kind=retries', 'queue=a&queue=b', 'what=x']) {
        expect((await fetch(`${server.url}/api/operations?${query}`)).status).toBe(400)
      }
    })

    test('a page of somebody else can have nothing done', async () => {
      const args = { queue: 'exports' }
      expect((await ask('pause_queue', args, { 'content-type': 'text/plain' })).status).toBe(415)
      for (const header of ['origin', 'sec-fetch-site']) {
        const from = { ...JSON_TYPE, [header]: header === 'origin' ? 'https://evil.example' : 'cross-site' }
        expect((await ask('pause_queue', args, from)).status).toBe(403)
      }
      expect((await fetch(`${server.url}/api/tools/pause_queue`)).status).toBe(405)
      expect((await ask('get_queue', args)).body).toMatchObject({ paused: false })
    })

    test('what is done by Bull Board is on the list, and the queue of the list itself cannot be changed there', async () => {
      await using app = await openApplication(store.url, 'board')
      const onBoard = async (method: string, path: string) => {
        const headers = method === 'GET' ? {} : JSON_TYPE
        const response = await fetch(`${server.url}/admin/queues/api/queues${path}`, { method, headers })
        return { status: response.status, text: await response.text() }
      }
      await eventually(async () => {
        const { queues } = JSON.parse((await onBoard('GET', '')).text) as { queues: { name: string }[] }
        expect(queues.map((queue) => queue.name)).toEqual(
          expect.arrayContaining(['exports', 'board', 'exports-operations']),
        )
      })
      const job = await app.queue.add('a', { n: 1 }, { delay: 60_000 })
      expect((await onBoard('PUT', `/board/${job.id}/promote`)).status).toBeLessThan(300)
      expect((await onBoard('PUT', '/exports-operations/pause')).status).toBe(405)
      await eventually(async () => {
        expect((await list('kind=board&state=completed')).operations).toMatchObject([
          { queue: 'board', about: `promote, job ${job.id}`, done: 1, asked_by: expect.stringMatching(/^board \S+$/) },
        ])
        expect((await list('kind=board&state=failed')).operations).toMatchObject([
          { queue: 'exports-operations', about: 'pause', fail_reason: expect.stringContaining('405') },
        ])
      })
      await using readOnly = await startProgram({ ...settings(), READ_ONLY: '1', ROLE: 'server' })
      const address = `${readOnly.url}/admin/queues/api/queues/board/${job.id}/clean`
      const refused = await fetch(address, { method: 'PUT', headers: JSON_TYPE })
      expect({ status: refused.status, body: await refused.text() }).toEqual({
        status: 403,
        body: expect.stringContaining('READ_ONLY=1'),
      })
      expect(await job.getState()).toBe('waiting')
    })

    test('a read-only server offers the page what it offers to MCP clients', async () => {
      await using readOnly = await startProgram({ ...settings(), READ_ONLY: '1', ROLE: 'server' })
      await using mcp = await connectHttp(readOnly.url)
      const offered = (await mcp.client.listTools()).tools.map((tool) => tool.name)
      const call = async (tool: string) =>
        (await fetch(`${readOnly.url}/api/tools/${tool}`, { method: 'POST', headers: JSON_TYPE, body: '{}' })).status
      await using all = await connectHttp(server.url)
      for (const { name: tool } of (await all.client.listTools()).tools) {
        expect({ tool, refused: (await call(tool)) === 403 }).toEqual({ tool, refused: !offered.includes(tool) })
      }
      expect((await fetch(`${readOnly.url}/api/operations`)).status).toBe(200)
    })
  })
}
