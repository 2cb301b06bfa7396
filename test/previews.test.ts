import { DatabaseSync } from 'node:sqlite'
import { HandleDeadLettersOutput, ListDeadLettersOutput } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import type { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clockSetBy } from './support/clock.ts'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'

/** As many as one preview is about at most. On SQLite it takes workers too long to make so many. */
const many: Record<string, number> = { SQLite: 5000, Redis: 100_000 }

for (const [name, count] of Object.entries(many)) {
  describe(`previews on ${name}`, () => {
    let store: TestStore
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let server: Program
    let mcp: McpClient

    beforeAll(async () => {
      const start = stores[name]
      if (!start) throw new Error(`there is no store ${name}`)
      store = await start()
      folder = await temporaryFolder()
      const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: '*', CANARY_INTERVAL_MS: '0' }
      server = await startProgram({ ...settings, ROLE: 'server' })
      mcp = await connectHttp(server.url)
    })
    afterAll(async () => {
      await mcp?.[Symbol.asyncDispose]()
      await server?.[Symbol.asyncDispose]()
      await folder?.[Symbol.asyncDispose]()
      await store?.[Symbol.asyncDispose]()
    })

    async function preview(args: Record<string, unknown>) {
      const answer = await mcp.call('discard_dead_letters', args)
      if (answer.isError) throw new Error(JSON.stringify(answerText(answer)))
      return HandleDeadLettersOutput.parse(answer.structuredContent)
    }
    const times = <T>(n: number, make: () => Promise<T>) => Promise.all(Array.from({ length: n }, make))

    test('many at the same time all show all there are, and each has its token', async () => {
      await using app = await openApplication(store.url, 'crowd')
      await (name === 'Redis' ? dieInRedis(store.url, app.queue, count) : app.fail(count, () => 'Error: boom'))
      const ids = (await app.queue.getFailed(0, 0)).map((job) => job.id ?? '')
      const whole = { count, confirm_token: expect.any(String) }
      for (const told of await times(5, () => preview({ queue: 'crowd', filter: {} })))
        expect(told).toMatchObject(whole)
      const slow = preview({ queue: 'crowd', filter: { reason_contains: 'boom' } })
      for (const told of await times(120, () => preview({ queue: 'crowd', ids }))) expect(told.count).toBe(1)
      expect(await slow).toMatchObject(whole)
    })

    test('no more operations are begun than a worker runs at a time', async () => {
      await using app = await openApplication(store.url, 'room')
      await app.fail(1, () => 'Error: x')
      const args = { queue: 'room', filter: {} }
      const { confirm_token: token } = await preview(args)
      await using records = await openApplication(store.url, 'exports-operations')
      const slow = Array.from({ length: 300 }, () => ({ name: 'retry', data: {} }))
      await records.queue.addBulk(slow)
      await expect(preview({ ...args, confirm_token: token })).rejects.toThrow(
        /300 operations are not over yet.*repeat this call when one of them is over, or cancel one/,
      )
      await records.queue.drain()
      expect(await preview({ ...args, confirm_token: token })).toMatchObject({ operation_id: expect.any(String) })
    })

    test.runIf(name === 'Redis')('times that no date has hide nothing', async () => {
      await using app = await openApplication(store.url, 'odd')
      await app.fail(5, () => 'Error: x')
      const ids = (await app.queue.getFailed()).map((job) => job.id ?? '')
      await using redis = disposableRedis(store.url)
      const scores = ['9e18', 'inf', '-inf', '-5e15']
      for (const [at, score] of scores.entries())
        await redis.client.zadd(app.queue.toKey('failed'), score, ids[at] ?? '')
      const times = {
        oldest_failed_at: '0000-01-01T00:00:00.000Z',
        newest_failed_at: '9999-12-31T23:59:59.999Z',
      }
      expect(await preview({ queue: 'odd', filter: {} })).toMatchObject({ count: 5, ...times })
      expect(await preview({ queue: 'odd', filter: { reason_contains: 'x' } })).toMatchObject({ count: 5, ...times })
      const answer = await mcp.call('list_dead_letters', { queue: 'odd' })
      const { total, groups } = ListDeadLettersOutput.parse(answer.structuredContent)
      expect(total).toBe(5)
      expect(groups).toMatchObject([
        { count: 5, first_seen: times.oldest_failed_at, last_seen: times.newest_failed_at },
      ])
      const jobs = await mcp.call('list_dead_letters', { queue: 'odd', group: groups[0]?.group })
      expect(ListDeadLettersOutput.parse(jobs.structuredContent).jobs).toHaveLength(5)
    })

    /** The lists as the server makes them, step by step. */
    async function openLists(app: OtherApplication) {
      const opened = openStore(store.url, 'bull', createLog('silent'))
      const queue = opened.openQueue(app.queue.name)
      const lists = opened.openDeadLetters(queue)
      if (!lists) throw new Error('this store has no lists')
      return { lists, [Symbol.asyncDispose]: () => queue.close() }
    }

    test('a list that is being made is not in the way of others, nor they of it', async () => {
      await using app = await openApplication(store.url, 'making')
      await app.fail(4, () => 'Error: x')
      await using opened = await openLists(app)
      const { lists } = opened
      const deaths = await lists.page({ from: 0, skip: 0, to: Infinity }, 10)
      const parts = [deaths.slice(0, 2), deaths.slice(2)] as const
      expect(await lists.choose('slow', parts[0], 0)).toBe(2)
      for (let n = 0; n < 101; n += 1) await lists.chooseAll(`quick ${n}`, 10, 1)
      expect(await lists.choose('slow', parts[1], 2)).toBe(4)
      const newest = deaths.at(-1)
      expect(await lists.finish('slow', 4, 2)).toEqual({ count: 4, oldest: parts[0], newest })
      expect(await lists.tally('slow')).toMatchObject({ chosen: 4, left: 4 })
      const quick = await Promise.all(Array.from({ length: 101 }, (_, n) => lists.tally(`quick ${n}`)))
      expect(quick.filter((tally) => tally !== null)).toHaveLength(99)
    })

    test.runIf(name === 'SQLite')(
      'one step of discarding takes fewer when they know of very many children',
      async () => {
        await using app = await openApplication(store.url, 'family')
        await app.fail(3, () => 'Error: x')
        await using opened = await openLists(app)
        const { lists } = opened
        await lists.chooseAll('family', 10, 0)
        const db = new DatabaseSync(store.url.slice('sqlite:'.length))
        // As of a flow whose children are over, which workers would take minutes to make.
        db.exec(`INSERT INTO dependency (parent, child_key, status, value)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300000)
        SELECT (SELECT job FROM operation_job WHERE operation = 'family' ORDER BY line), 'child:' || n, 1, '1' FROM n`)
        db.close()
        expect(await lists.discardNext('family', 10)).toMatchObject({ done: 1, left: 2 })
        expect(await lists.discardNext('family', 10)).toMatchObject({ done: 3, left: 0 })
      },
    )

    test('what has lost a part of its list is no preview', async () => {
      await using app = await openApplication(store.url, 'lost')
      await app.fail(2, () => 'Error: x')
      await using opened = await openLists(app)
      const { lists } = opened
      const deaths = await lists.page({ from: 0, skip: 0, to: Infinity }, 10)
      expect(await lists.choose('lost', deaths, 1000)).toBeNull()
      expect(await lists.finish('lost', 1000, 1)).toBeNull()
    })

    test('a list that nobody goes on with goes by itself', async () => {
      await using app = await openApplication(store.url, 'left')
      await app.fail(2, () => 'Error: x')
      await using opened = await openLists(app)
      const { lists } = opened
      const deaths = await lists.page({ from: 0, skip: 0, to: Infinity }, 10)
      expect(await lists.choose('left', deaths, 0)).toBe(2)
      const makingMs = 5 * 60_000
      if (name === 'Redis') {
        await using redis = disposableRedis(store.url)
        const key = app.queue.toKey('queue-ops:operation:left')
        const leftMs = await redis.client.pttl(key)
        if (leftMs <= 0 || leftMs > makingMs) throw new Error(`it would stay for ${leftMs} ms`)
        await redis.client.pexpire(key, 0)
      } else {
        await lists.forgetOld()
        if (!(await lists.tally('left'))) throw new Error('it went too early')
        using _later = clockSetBy(makingMs + 1000)
        await lists.forgetOld()
      }
      expect(await lists.finish('left', 2, 1)).toBeNull()
    })

    test('a job that dies anew while its preview is made is on its list once', async () => {
      await using app = await openApplication(store.url, 'anew')
      await app.fail(2, () => 'Error: x')
      await using opened = await openLists(app)
      const { lists } = opened
      const all = { from: 0, skip: 0, to: Infinity }
      const before = await lists.page(all, 10)
      expect(await lists.choose('anew', before, 0)).toBe(2)
      const [job] = await app.queue.getFailed()
      await job?.retry()
      await using _work = app.work('fails')
      const anew = await eventually(async () => {
        const [died] = await lists.find([job?.id ?? ''])
        expect(died?.failedAt).toBeGreaterThan(before.at(-1)?.failedAt ?? 0)
        return died ? [died] : []
      })
      const count = await lists.choose('anew', anew, 2)
      expect(await lists.finish('anew', count ?? 0, 2)).toMatchObject({ count: 2, newest: anew[0] })
      expect(await lists.discardNext('anew', 10)).toMatchObject({ done: 2, gone: 0, left: 0 })
    })
  })
}

function disposableRedis(url: string) {
  const client = new Redis(url)
  return { client, [Symbol.asyncDispose]: async () => void (await client.quit()) }
}

/** Workers would take a minute for as many. */
async function dieInRedis(url: string, queue: Queue, count: number) {
  await using redis = disposableRedis(url)
  await redis.client.eval(
    `for n = 1, tonumber(ARGV[1]) do
      redis.call('HSET', KEYS[1] .. n, 'name', 'send', 'data', '{}', 'opts', '{}', 'timestamp', n, 'finishedOn', n,
        'failedReason', 'Error: boom')
      redis.call('ZADD', KEYS[1] .. 'failed', n, n)
    end
    redis.call('SET', KEYS[1] .. 'id', ARGV[1])`,
    1,
    queue.toKey(''),
    count,
  )
}
