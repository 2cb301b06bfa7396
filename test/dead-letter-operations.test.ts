import { HandleDeadLettersOutput, ListDeadLettersOutput, OperationOutput } from '@queue-ops/server/contract'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { FlowProducer, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clockSetBy } from './support/clock.ts'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'

type Args = Record<string, unknown>

/** How many are retried at once. On Redis it takes workers too long to make so many: there, npm run bench:dead-letters does it. */
const many: Record<string, number> = { SQLite: 20_000, Redis: 3000 }

const flowsOf = (url: string) =>
  url.startsWith('sqlite:')
    ? new (withBackend(createSqliteBackend).FlowProducer)({ connection: { path: url.slice('sqlite:'.length) } })
    : new FlowProducer({ connection: { url } })

for (const [name, count] of Object.entries(many)) {
  describe(`on ${name}`, () => {
    let store: TestStore
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let server: Program
    let mcp: McpClient
    const settings = () => ({ QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: '*', CANARY_INTERVAL_MS: '0' })

    beforeAll(async () => {
      const start = stores[name]
      if (!start) throw new Error(`there is no store ${name}`)
      store = await start()
      folder = await temporaryFolder()
      server = await startProgram({ ...settings(), ROLE: 'server' })
      mcp = await connectHttp(server.url)
    })
    afterAll(async () => {
      await mcp?.[Symbol.asyncDispose]()
      await server?.[Symbol.asyncDispose]()
      await folder?.[Symbol.asyncDispose]()
      await store?.[Symbol.asyncDispose]()
    })

    const startWorker = () => startProgram({ ...settings(), ROLE: 'worker' })
    const handle = async (tool: string, args: Args) => {
      const answer = await mcp.call(tool, args)
      if (answer.isError) throw new Error(`${tool}: ${JSON.stringify(answerText(answer))}`)
      return HandleDeadLettersOutput.parse(answer.structuredContent)
    }
    const list = async (args: Args) =>
      ListDeadLettersOutput.parse((await mcp.call('list_dead_letters', args)).structuredContent)
    const operation = async (id: string, tool = 'get_operation') =>
      OperationOutput.parse((await mcp.call(tool, { operation_id: id })).structuredContent)
    /** Previews and confirms, and gives the id of the operation. */
    async function begin(tool: string, args: Args, ratePerS?: number) {
      const { confirm_token: token } = await handle(tool, args)
      const { operation_id: id } = await handle(tool, {
        ...args,
        confirm_token: token,
        ...(ratePerS !== undefined && { rate_per_s: ratePerS }),
      })
      return id ?? ''
    }
    const ended = (id: string) =>
      eventually(async () => {
        const status = await operation(id)
        expect(status.state).toBe('completed')
        return status
      })
    const errorOf = async (tool: string, args: Args) => {
      const answer = await mcp.call(tool, args)
      expect(answer.isError).toBe(true)
      return (answerText(answer) as { error: string }).error
    }
    /** How often jobs were worked on, once all of them were. */
    const allRun = (runs: Map<string, number>, count: number) =>
      eventually(() => expect(runs.size).toBe(count)).then(() => [...new Set(runs.values())])
    const openMail = (queue: string): Promise<OtherApplication> => openApplication(store.url, queue)

    test('dead letters are told by error, and those of one error by job', async () => {
      await using app = await openMail('told')
      await app.fail(60, (n) =>
        n % 3 === 0 ? `Error: order ${n} is late` : `Error: mailbox ${n} is full\nsecond line`,
      )
      const { groups, ...told } = await list({ queue: 'told' })
      const all = { total: 60, looked_at: 60, in_no_group: 0, ids_left_out: 0 }
      expect(told).toEqual({ queue: 'told', ...all, jobs: [], next_cursor: null })
      expect(groups.map(({ count }) => count)).toEqual([40, 20])
      expect(groups[0]?.untrusted_error).toMatch(/^Error: mailbox \d+ is full\nsecond line$/)
      const seen: string[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await list({ queue: 'told', group: groups[1]?.group, limit: 8, ...(cursor && { cursor }) })
        seen.push(...page.jobs.map((job) => job.job_id))
        expect(page.jobs.every((job) => job.untrusted_error.endsWith('is late'))).toBe(true)
        cursor = page.next_cursor
      }
      expect(new Set(seen).size).toBe(20)
      expect(seen).toHaveLength(20)
      expect(await errorOf('list_dead_letters', { queue: 'told', group: 'nothing' })).toContain('list_dead_letters')
    })

    test('a selection is exactly what is retried, discarded and left', async () => {
      await using app = await openMail('chosen')
      await app.fail(100, (n) => (n < 30 ? 'Error: a' : 'Error: b'))
      await using _worker = await startWorker()
      const ids = (await app.queue.getFailed(0, 4)).map((job) => job.id ?? '')
      expect(await handle('discard_dead_letters', { queue: 'chosen', ids: [...ids, ...ids, 'nobody'] })).toMatchObject({
        count: 5,
        operation_id: null,
        message: expect.stringContaining('delete 5 jobs for ever'),
      })
      const discarded = await begin('discard_dead_letters', { queue: 'chosen', ids })
      expect(await ended(discarded)).toMatchObject({ kind: 'discard', total: 5, done: 5, gone: 0 })
      expect(await app.queue.getFailedCount()).toBe(95)
      for (const id of ids) expect(await app.queue.getJob(id)).toBeUndefined()

      const { groups } = await list({ queue: 'chosen' })
      const narrowed = { queue: 'chosen', group: groups[0]?.group, filter: { name: 'reply' } }
      const replies = (await app.queue.getFailed()).filter(
        (job) => job.name === 'reply' && job.failedReason === 'Error: b',
      )
      expect(await handle('retry_dead_letters', narrowed)).toMatchObject({ count: replies.length })
      const never = { ...narrowed, filter: { failed_before: '2000-01-01T00:00:00Z' } }
      expect(await handle('retry_dead_letters', never)).toMatchObject({ count: 0 })
      const byGroup = await begin('retry_dead_letters', { queue: 'chosen', group: groups[1]?.group })
      expect(await ended(byGroup)).toMatchObject({ kind: 'retry', total: groups[1]?.count, done: groups[1]?.count })
      const byFilter = {
        queue: 'chosen',
        filter: { name: 'send', reason_contains: 'b', failed_before: '2100-01-01T00:00:00Z' },
      }
      const { total } = await ended(await begin('retry_dead_letters', byFilter))
      expect(await app.queue.getFailedCount()).toBe(95 - (groups[1]?.count ?? 0) - (total ?? 0))
      const failed = await app.queue.getFailed()
      expect(failed.every((job) => job.name === 'reply' && job.failedReason === 'Error: b')).toBe(true)
      expect(await handle('retry_dead_letters', { queue: 'chosen', filter: { name: 'send' } })).toMatchObject({
        count: 0,
        confirm_token: null,
      })
    })

    test(`${count} are previewed, and each is worked on once more though it fails again at once`, async () => {
      await using app = await openMail('many')
      await app.fail(count, (n) => `Error: ${n}`)
      expect(await handle('retry_dead_letters', { queue: 'many', filter: {} })).toMatchObject({ count })
      await using _worker = await startWorker()
      await using work = app.work('fails')
      const id = await begin('retry_dead_letters', { queue: 'many', filter: {} })
      expect(await ended(id)).toMatchObject({ total: count, done: count, gone: 0, cancelled: false })
      expect(await allRun(work.runs, count)).toEqual([1])
      await eventually(async () => expect(await app.queue.getFailedCount()).toBe(count))
    })

    test('an operation whose worker is killed goes on in another one, and no job is retried twice', async () => {
      await using app = await openMail('killed')
      await app.fail(1500, (n) => `Error: ${n}`)
      await using work = app.work('fails')
      await using first = await startWorker()
      const id = await begin('retry_dead_letters', { queue: 'killed', filter: {} }, 300)
      const { done } = await eventually(async () => {
        const status = await operation(id)
        expect(status.done).toBeGreaterThan(100)
        return status
      })
      await first.stop('SIGKILL')
      expect(done).toBeLessThan(1500)
      await using _second = await startWorker()
      expect(await ended(id)).toMatchObject({ total: 1500, done: 1500, gone: 0, rate_per_s: 300 })
      expect(await allRun(work.runs, 1500)).toEqual([1])
    })

    test('a worker that is told to end hands its operation on at once', async () => {
      await using app = await openMail('ended')
      await app.fail(300, (n) => `Error: ${n}`)
      await using first = await startWorker()
      const id = await begin('retry_dead_letters', { queue: 'ended', filter: {} }, 100)
      await eventually(async () => expect((await operation(id)).done).toBeGreaterThan(0))
      expect(await first.stop()).toBe(0)
      expect((await operation(id)).state).toBe('waiting')
      await using _second = await startWorker()
      const { per_s: perS, ...status } = await ended(id)
      expect(status).toMatchObject({ total: 300, done: 300 })
      expect(perS).toBeLessThanOrEqual(105)
    })

    test('a cancelled operation stops, and what it has done stays done', async () => {
      await using app = await openMail('stopped')
      await app.fail(500, (n) => `Error: ${n}`)
      await using _worker = await startWorker()
      const id = await begin('retry_dead_letters', { queue: 'stopped', filter: {} }, 20)
      await eventually(async () => expect((await operation(id)).done).toBeGreaterThan(0))
      expect(await operation(id, 'cancel_operation')).toMatchObject({
        cancelled: true,
        cancelled_by: expect.stringMatching(/^mcp /),
      })
      const { done } = await ended(id)
      expect(done).toBeLessThan(500)
      expect(await app.queue.getFailedCount()).toBe(500 - done)
      expect(await operation(id, 'cancel_operation')).toMatchObject({ state: 'completed', done })
    })

    test('one that is cancelled before a worker takes it does nothing', async () => {
      await using app = await openMail('early')
      await app.fail(10, () => 'Error: x')
      const id = await begin('discard_dead_letters', { queue: 'early', filter: {} })
      expect(await operation(id)).toMatchObject({ state: 'waiting', total: 10, done: 0 })
      await operation(id, 'cancel_operation')
      await using _worker = await startWorker()
      expect(await ended(id)).toMatchObject({ cancelled: true, done: 0 })
      expect(await app.queue.getFailedCount()).toBe(10)
    })

    test('what is no dead letter any more, or has died anew, is left alone', async () => {
      await using app = await openMail('anew')
      await app.fail(4, () => 'Error: x')
      const [retried, again, removed] = await app.queue.getFailed()
      const id = await begin('discard_dead_letters', { queue: 'anew', filter: {} })
      await removed?.remove()
      await retried?.retry()
      await again?.retry()
      {
        await using work = app.work('fails')
        await allRun(work.runs, 2)
        await eventually(async () => expect(await app.queue.getFailedCount()).toBe(3))
      }
      await using _worker = await startWorker()
      expect(await ended(id)).toMatchObject({ total: 4, done: 1, gone: 3 })
      expect((await app.queue.getFailed()).map((job) => job.id).toSorted()).toEqual([retried?.id, again?.id].toSorted())
    })

    test('nothing is handled that its preview has not shown, whatever the clocks of workers say', async () => {
      await using app = await openMail('clocks')
      {
        using _ahead = clockSetBy(300_000)
        await app.fail(3, () => 'Error: x')
      }
      const args = { queue: 'clocks', filter: {} }
      const { confirm_token: token, count: previewed } = await handle('discard_dead_letters', args)
      expect(previewed).toBe(3)
      await app.fail(10, () => 'Error: x')
      await using _worker = await startWorker()
      const { operation_id: id, count: begun } = await handle('discard_dead_letters', { ...args, confirm_token: token })
      expect(begun).toBe(3)
      expect(await ended(id ?? '')).toMatchObject({ total: 3, done: 3, gone: 0 })
      expect(await app.queue.getFailedCount()).toBe(10)
    })

    test('discarding leaves all else of a flow, and a dead letter whose children are not over', async () => {
      await using app = await openMail('tree')
      await using bad = await openMail('tree-bad')
      await using later = await openMail('tree-later')
      const flows = flowsOf(store.url)
      const child = { name: 'bad', queueName: 'tree-bad', data: { n: 1 }, opts: { failParentOnFailure: true } }
      const waiting = { name: 'later', queueName: 'tree-later', data: { n: 2 } }
      const parent = { name: 'send', queueName: 'tree', data: { n: 0 } }
      const { job: kept } = await flows.add({ ...parent, children: [child, waiting, waiting, waiting] })
      await flows.add({ ...parent, children: [child] })
      await flows.close()
      {
        await using _bad = bad.work('fails')
        await using _parents = app.work('completes')
        await eventually(async () => expect(await app.queue.getFailedCount()).toBe(2))
      }
      await using _worker = await startWorker()
      const id = await begin('discard_dead_letters', { queue: 'tree', filter: {} })
      expect(await ended(id)).toMatchObject({ total: 2, done: 1, gone: 0, kept: 1 })
      expect((await app.queue.getFailed()).map((job) => job.id)).toEqual([kept.id])
      expect(await bad.queue.getFailedCount()).toBe(2)
      expect(await later.queue.getWaitingCount()).toBe(3)
    })

    test('the last run of a scheduler is discarded when no other is to come, and kept when the next one comes of it', async () => {
      await using app = await openMail('runs')
      const every = 60_000
      const goesOn = await app.queue.upsertJobScheduler('goes-on', { every }, { name: 'send', data: { n: 0 } })
      // A job that has the id of the next run keeps that from being laid out.
      const next = `repeat:goes-on:${Number(goesOn?.id?.split(':')[2]) + every}`
      await app.queue.add('in the way', { n: 1 }, { jobId: next, delay: every })
      await app.queue.upsertJobScheduler('limited', { every, limit: 1 }, { name: 'send', data: { n: 2 } })
      const soon = { every: 100, endDate: Date.now() + 300 }
      await app.queue.upsertJobScheduler('ends', soon, { name: 'send', data: { n: 3 } })
      {
        await using _bad = app.work('fails')
        await eventually(async () => {
          const counts = await app.queue.getJobCounts('delayed', 'waiting', 'active')
          expect(counts).toEqual({ delayed: 1, waiting: 0, active: 0 })
        })
      }
      const dead = await app.queue.getFailedCount()
      await using _worker = await startWorker()
      const { total, done, gone, kept } = await ended(
        await begin('discard_dead_letters', { queue: 'runs', filter: {} }),
      )
      expect({ total, done, gone, kept }).toEqual({ total: dead, done: dead - 1, gone: 0, kept: 1 })
      expect((await app.queue.getFailed()).map((job) => job.id)).toEqual([goesOn?.id])
      await app.queue.removeJobScheduler('goes-on')
      const rest = await ended(await begin('discard_dead_letters', { queue: 'runs', filter: {} }))
      expect(rest).toMatchObject({ done: 1, kept: 0 })
    })

    test('previews that nobody begins with are kept up to a number', async () => {
      await using app = await openMail('previews')
      await app.fail(2, () => 'Error: x')
      const ids = (await app.queue.getFailed()).map((job) => job.id ?? '')
      const args = { queue: 'previews', ids }
      const tokens: (string | null)[] = []
      for (let n = 0; n < 101; n += 1) tokens.push((await handle('retry_dead_letters', args)).confirm_token)
      expect(await errorOf('retry_dead_letters', { ...args, confirm_token: tokens[0] })).toContain('new preview')
      for (const at of [1, 100])
        expect(await handle('retry_dead_letters', { ...args, confirm_token: tokens[at] })).toMatchObject({ count: 2 })
    })

    test('slow operations are not in the way of others, and one in line tells how many are before it', async () => {
      await using app = await openMail('slow')
      await app.fail(9, () => 'Error: x')
      const ids = (await app.queue.getFailed()).map((job) => job.id ?? '')
      const slow: string[] = []
      for (const id of ids.slice(1)) slow.push(await begin('retry_dead_letters', { queue: 'slow', ids: [id] }, 0.1))
      const fast = await begin('retry_dead_letters', { queue: 'slow', ids: ids.slice(0, 1) })
      expect((await operation(fast)).ahead).toBeGreaterThanOrEqual(slow.length)
      await using _worker = await startWorker()
      expect(await ended(fast)).toMatchObject({ done: 1, ahead: 0 })
      for (const id of slow) {
        expect(await operation(id)).toMatchObject({ done: 0 })
        await operation(id, 'cancel_operation')
      }
      for (const id of slow) await ended(id)
    })

    test('a hundred slow operations keep none from ending or being cancelled', async () => {
      await using app = await openMail('slow-hundred')
      await app.fail(31, () => 'Error: x')
      const [one = '', ...others] = (await app.queue.getFailed()).map((job) => job.id ?? '')
      await using _worker = await startWorker()
      const args = { queue: 'slow-hundred', ids: others }
      // Each would take five minutes.
      const slow = await Promise.all(Array.from({ length: 105 }, () => begin('discard_dead_letters', args, 0.1)))
      const fast = await begin('discard_dead_letters', { ...args, ids: [one] })
      expect(await ended(fast)).toMatchObject({ done: 1 })
      const last = slow.at(-1) ?? ''
      await operation(last, 'cancel_operation')
      expect(await ended(last)).toMatchObject({ cancelled: true })
      await Promise.all(slow.map((id) => operation(id, 'cancel_operation')))
      await Promise.all(slow.map(ended))
    })

    test.runIf(name === 'Redis')('a group is found however many other dead letters are older', async () => {
      await using app = await openMail('crowd')
      const redis = new Redis(store.url)
      // Workers would take a minute for as many. Half of them died in the same millisecond.
      await redis.eval(
        `for n = 1, 100000 do
          local at = math.max(n, 50000)
          redis.call('HSET', KEYS[1] .. n, 'name', 'send', 'data', '{}', 'opts', '{}', 'timestamp', at, 'finishedOn', at,
            'failedReason', 'Error: old')
          redis.call('ZADD', KEYS[1] .. 'failed', at, n)
        end
        redis.call('SET', KEYS[1] .. 'id', 100000)`,
        1,
        app.queue.toKey(''),
      )
      await redis.quit()
      await app.fail(1, () => 'Error: young')
      const { groups, total } = await list({ queue: 'crowd' })
      expect(total).toBe(100_001)
      const young = groups.find(({ untrusted_error: error }) => error === 'Error: young')
      const newest = await handle('retry_dead_letters', { queue: 'crowd', group: young?.group })
      expect(newest).toMatchObject({ count: 1, sample_ids: young?.job_ids, newest_failed_at: young?.last_seen })
      const crowded = { failed_before: new Date(50_000).toISOString() }
      expect(await handle('retry_dead_letters', { queue: 'crowd', filter: crowded })).toMatchObject({
        count: 50_000,
        newest_failed_at: crowded.failed_before,
      })
      await expect(begin('retry_dead_letters', { queue: 'crowd', filter: crowded }, 0.1)).rejects.toThrow(
        /At 0\.1 a second 50000 dead letters take 139 hours, more than 24: use a rate_per_s of at least 0\.6/,
      )
    })

    test('flows and priorities come back as BullMQ brings them back', async () => {
      await using app = await openMail('priority')
      await app.queue.add('late', { n: 1 }, { priority: 7 })
      await app.queue.add('soon', { n: 2 }, { priority: 2 })
      await app.fail(1, () => 'Error: x')
      await using _worker = await startWorker()
      await ended(await begin('retry_dead_letters', { queue: 'priority', filter: {} }))
      expect(await app.queue.getJobCounts('waiting', 'prioritized', 'failed')).toEqual({
        waiting: 1,
        prioritized: 2,
        failed: 0,
      })
      expect((await app.queue.getPrioritized()).map((job) => job.name)).toEqual(['soon', 'late'])
      expect((await app.queue.getWaiting())[0]).toMatchObject({ name: 'send', attemptsMade: 1 })
    })

    test('a confirm token begins one operation, for what its preview has shown and nothing else', async () => {
      await using app = await openMail('token')
      await app.fail(6, () => 'Error: x')
      const args = { queue: 'token', filter: { name: 'send' } }
      const { confirm_token: token } = await handle('retry_dead_letters', args)
      const refused: [string, Args][] = [
        ['discard_dead_letters', args],
        ['retry_dead_letters', { ...args, filter: {} }],
        ['retry_dead_letters', { ...args, queue: undefined }],
        ['retry_dead_letters', { queue: 'token', ids: ['1'] }],
      ]
      for (const [tool, other] of refused) {
        expect(await errorOf(tool, { ...other, confirm_token: token })).toContain('repeat the arguments of its preview')
      }
      expect(await errorOf('retry_dead_letters', { ...args, confirm_token: 'let me' })).toContain('confirm_token')
      const both = await Promise.all(
        [1, 2].map(() => mcp.call('retry_dead_letters', { ...args, confirm_token: token })),
      )
      expect(both.map((answer) => answer.isError === true).toSorted()).toEqual([false, true])
      const again = await errorOf('retry_dead_letters', { ...args, confirm_token: token })
      expect(again).toMatch(/was used: it began operation [0-9a-f-]{36}\. get_operation/)
      expect(await app.queue.getFailedCount()).toBe(6)
    })

    test('wrong selections and ids get one sentence that tells what to do', async () => {
      const wrong: [string, Args, string][] = [
        ['retry_dead_letters', {}, 'ids, group or filter'],
        ['retry_dead_letters', { ids: ['1'], filter: {} }, 'one of them'],
        ['retry_dead_letters', { ids: Array.from({ length: 10_000 }, (_, at) => String(at)) }, 'ids'],
        ['retry_dead_letters', { filter: { failed_before: 'yesterday' } }, 'filter.failed_before'],
        ['retry_dead_letters', { filter: { reason: 'x' } }, 'reason'],
        ['retry_dead_letters', { filter: {}, rate_per_s: 0 }, 'rate_per_s'],
        ['retry_dead_letters', { filter: {}, queue: 'nowhere' }, 'There is no queue "nowhere" here'],
        ['discard_dead_letters', { filter: {}, queue: 'export' }, 'did you mean "exports"?'],
        ['get_operation', { operation_id: 'x' }, 'There is no such operation'],
        ['cancel_operation', { operation_id: '0aa1bcde-0000-4000-8000-000000000000' }, 'There is no such operation'],
        ['get_job', { queue: 'exports', job_id: 'meta' }, 'There is no such job'],
        ['get_job', { queue: 'exports', job_id: '1:lock' }, 'There is no such job'],
      ]
      for (const [tool, args, told] of wrong) expect(await errorOf(tool, args)).toContain(told)
    })
  })
}
