import { addCanary } from '@queue-ops/server/canary-job'
import { createLog } from '@queue-ops/server/log'
import { allSourceKinds } from '@queue-ops/server/source-kinds'
import type { Source, SourceKind } from '@queue-ops/server/sources/source'
import { openStore, type Store } from '@queue-ops/server/store'
import { UnrecoverableError, type Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { stores, type TestStore } from '../support/stores.ts'
import { columnOf, queryFor, readRows } from './reading.ts'

const log = createLog('silent')
const whole = { relation: { whole: true } } as const

describe.for(Object.keys(stores))('jobs on %s', (storeName) => {
  let server: TestStore
  let store: Store
  let kind: SourceKind
  let queue: Queue
  let name: string
  let made = 0

  beforeAll(async () => {
    server = (await stores[storeName]?.()) as TestStore
    store = openStore(server.url, 'test', log)
    kind = allSourceKinds({ queueUrl: server.url, queuePrefix: 'test' }, log).find(({ schemes }) =>
      schemes.includes('jobs:'),
    ) as SourceKind
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    name = `queue-${made++}`
    queue = store.openQueue(name)
    await queue.waitUntilReady()
    return () => queue.close()
  })

  const source = (): Source => kind.open(`jobs:${name}`, '/', 'jobs')
  const column = async (column: string) => columnOf(await source().describe({ whole: true }), column)

  /** Runs a worker until these numbers of jobs are completed and failed. */
  async function work(processor: (data: { fail?: string }) => unknown, completed: number, failed: number) {
    const worker = store.openWorker(name, async (job) => processor(job.data as { fail?: string }), { concurrency: 10 })
    await eventually(async () => {
      expect(await queue.getJobCounts('completed', 'failed')).toEqual({ completed, failed })
    })
    await worker.close()
  }

  test('every job of every state comes once, with what it carries', async () => {
    await queue.add('good', { n: 1, text: '😀 "x"' })
    await queue.add('bad', { fail: `it's broken` }, { attempts: 3 })
    await work(
      ({ fail }) => {
        if (fail) throw new UnrecoverableError(fail)
        return { done: [true] }
      },
      1,
      1,
    )
    await queue.add('later', {}, { delay: 3_600_000 })
    await queue.add('urgent', [], { priority: 5 })
    await queue.add('plain', 'text')

    const { columns, key } = await source().describe({ whole: true })
    expect(key).toEqual(['job_id'])
    const { rows, total } = await readRows(source(), whole)
    expect(total).toBe(5)
    const jobs = rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])))
    const byName = Object.fromEntries(jobs.map((job) => [job['name'], job]))
    expect(jobs.map((job) => job['state']).toSorted()).toEqual([
      'completed',
      'delayed',
      'failed',
      'prioritized',
      'waiting',
    ])
    expect(byName['good']).toMatchObject({
      queue: name,
      attempts: 1,
      data: '{"n":1,"text":"😀 \\"x\\""}',
      return_value: '{"done":[true]}',
      failed_reason: null,
    })
    expect(byName['bad']).toMatchObject({ failed_reason: `it's broken`, return_value: null })
    expect(byName['bad']?.['stacktrace']).toContain(`it's broken`)
    expect(JSON.parse(String(byName['bad']?.['options']))).toMatchObject({ attempts: 3 })
    expect(byName['bad']?.['finished_at']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(byName['plain']).toMatchObject({ data: '"text"', processed_at: null, finished_at: null })
    expect(byName['urgent']).toMatchObject({ data: '[]', priority: 5 })
  })

  test('filters, order and limit do what they do in a database', async () => {
    await queue.addBulk(
      Array.from({ length: 30 }, (_, n) => ({ name: n % 2 ? 'odd' : 'even', data: { fail: `reason 100% ${n}` } })),
    )
    await work(
      ({ fail }) => {
        throw new UnrecoverableError(fail)
      },
      0,
      30,
    )
    await queue.addBulk([{ name: 'odd', data: {} }])
    const tests = [
      { column: await column('state'), operator: 'eq', values: ['failed'] },
      { column: await column('name'), operator: 'in', values: ['odd', `x' OR '1'='1`] },
      { column: await column('failed_reason'), operator: 'contains', values: ['100%'] },
      { column: await column('created_at'), operator: 'lte', values: [new Date().toISOString()] },
    ] as const
    const wanted = {
      ...whole,
      columns: [await column('failed_reason')],
      tests: tests.map((test) => ({ ...test, values: [...test.values] })),
      order: [{ column: 'failed_reason', descending: true }],
    }
    const reasons = Array.from({ length: 15 }, (_, n) => `reason 100% ${2 * n + 1}`)
      .toSorted()
      .toReversed()
    expect((await readRows(source(), wanted)).rows).toEqual(reasons.map((reason) => [reason]))
    expect((await readRows(source(), { ...wanted, limit: 4 })).rows).toHaveLength(4)
    const onlyState = { ...whole, tests: wanted.tests.slice(0, 1), columns: wanted.columns }
    expect(await readRows(source(), { ...onlyState, limit: 7 })).toMatchObject({ total: 7 })
    expect((await readRows(source(), onlyState)).total).toBe(30)
  })

  test('reading goes on from any job', async () => {
    await queue.addBulk(Array.from({ length: 12 }, () => ({ name: 'job', data: {} })))
    const id = await column('job_id')
    const order = [{ column: 'job_id', descending: false }]
    const { rows } = await readRows(source(), { ...whole, columns: [id], order })
    expect(rows).toHaveLength(12)
    for (let at = 0; at < rows.length; at++) {
      const from = { columns: ['job_id'], values: rows[at] ?? [], mayBeNull: false }
      const rest = await readRows(source(), { ...whole, columns: [id], order, from })
      expect(rest.rows).toEqual(rows.slice(at))
      expect(rest.total).toBe(rows.length - at)
    }
  })

  test('no job is lost or doubled while others are worked off, retried and removed', async () => {
    await queue.addBulk(Array.from({ length: 5000 }, (_, n) => ({ name: 'moving', data: { n } })))
    const staying = await queue.addBulk(Array.from({ length: 300 }, (_, n) => ({ name: 'staying', data: { n } })))
    const worker = store.openWorker(name, async () => undefined, {
      concurrency: 20,
      removeOnComplete: { count: 10 },
    })
    try {
      await eventually(async () => {
        expect((await queue.getJobCounts('completed')).completed).toBe(10)
      })
      const wanted = [await column('job_id'), await column('name')]
      const { rows } = await readRows(source(), { ...whole, columns: wanted })
      const ids = rows.map(([id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const there = await Promise.all(staying.map(async ({ id }) => (await queue.getJob(String(id))) && String(id)))
      expect(ids).toEqual(expect.arrayContaining(there.filter(Boolean)))
    } finally {
      await worker.close()
    }
  })

  test('large payloads go through without staying', async () => {
    const payload = 'x'.repeat(1_000_000)
    for (let n = 0; n < 300; n++) await queue.add('large', { n, payload })
    const columns = [await column('data')]
    const reading = await source().read(await queryFor(source(), { ...whole, columns }))
    let bytes = 0
    let most = 0
    const before = process.memoryUsage.rss()
    try {
      for await (const batch of reading.batches()) {
        for (const [data] of batch) bytes += String(data).length
        most = Math.max(most, process.memoryUsage.rss())
      }
    } finally {
      await reading.close()
    }
    expect(bytes).toBeGreaterThan(300_000_000)
    expect((most - before) / 1e6).toBeLessThan(220)
  })

  test('a canary that is on its way is none of them', async () => {
    await addCanary(queue, 1)
    const { id } = await queue.add('letter', {})
    const wanted = { ...whole, columns: [await column('job_id')] }
    expect(await readRows(source(), wanted)).toMatchObject({ total: 1, rows: [[id]] })
  })

  test('a queue that is not there is told, and not made by looking', async () => {
    const missing = kind.open('jobs:nowhere', '/', 'jobs')
    const query = await queryFor(missing, whole)
    await expect(missing.read(query)).rejects.toMatchObject({
      code: 'dataset_broken',
      message: 'Dataset "jobs" cannot be read: the store has no queue "nowhere".',
    })
    await expect(missing.read(query)).rejects.toMatchObject({ code: 'dataset_broken' })
  })

  test('values that cannot be ones of their column are refused', async () => {
    const tests = [{ column: await column('created_at'), operator: 'gt' as const, values: ['yesterday'] }]
    const query = await queryFor(source(), { ...whole, tests })
    await expect(source().read(query)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

test('a store that is away is told without its address', async () => {
  const url = 'redis://127.0.0.1:1'
  const [kind] = allSourceKinds({ queueUrl: url, queuePrefix: 'test' }, log).slice(-1)
  const source = kind?.open('jobs:exports', '/', 'jobs') as Source
  const query = await queryFor(source, { ...whole, timeoutMs: 500 })
  await expect(source.read(query)).rejects.toMatchObject({
    code: 'dataset_unreadable',
    message: expect.stringMatching(/^Dataset "jobs" cannot be read: (?!.*127)/) as string,
  })
})
