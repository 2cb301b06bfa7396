import { contract, expect } from './contract.ts'
import { complete, idOf, stored } from './desk.ts'

// What JavaScript lets through although the types say otherwise, and numbers that are larger than a clock ever shows.

const LONG = 60_000
const NANOSECONDS = 1_795_501_601_804_999_936
const FAR = 1e16

/** For callers without a compiler. */
const untyped = <T>(value: unknown): T => value as T

contract('values', (it) => {
  it('a timestamp in nanoseconds keeps no job from being taken', async ({ queue, taker }) => {
    const q = queue()
    await q.add('far', {}, { timestamp: NANOSECONDS })
    await q.add('near', {})
    const t = taker(q)
    const taken = await t.take()
    expect(taken.name).toBe('far')
    await complete(taken)
    expect((await t.take()).name).toBe('near')
    await q.obliterate({ force: true })
  })

  it('a delay without an end can be read, changed and removed', async ({ queue }) => {
    const q = queue()
    await q.add('far', {}, { delay: FAR })
    await q.add('near', {}, { delay: LONG })
    expect(await stored(q, '1')).toMatchObject({ delay: FAR })
    expect((await q.getDelayed()).map(({ name }) => name).toSorted()).toEqual(['far', 'near'])
    await (await stored(q, '2')).changeDelay(2 * FAR)
    await (await stored(q, '2')).promote()
    expect(await q.remove('1')).toBe(1)
    await q.drain(true)
    expect(await q.getDelayedCount()).toBe(0)
  })

  it('a delay with a fraction is read as whole milliseconds', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, { delay: LONG + 0.7 })
    expect(await stored(q, '1')).toMatchObject({ delay: LONG })
  })

  it('a delay that is no number, or no end, is refused', async ({ queue }) => {
    const q = queue()
    for (const delay of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(q.add('a', {}, { delay })).rejects.toThrow()
    }
    await q.add('a', {})
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('options that are no numbers are refused', async ({ queue }) => {
    const q = queue()
    await expect(q.add('a', {}, { attempts: Number.NaN })).rejects.toThrow()
    await expect(q.add('a', {}, { priority: Number.NaN })).rejects.toThrow()
    await expect(q.add('a', {}, { deduplication: { id: 'd', ttl: Number.NaN } })).rejects.toThrow()
    expect(await q.count()).toBe(0)
  })

  it('a number as an id finds its job', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    expect(await q.getJob(untyped<string>(1))).toMatchObject({ name: 'a' })
    expect(await q.remove(untyped<string>(1))).toBe(1)
    expect(await q.count()).toBe(0)
  })

  it('what is no id finds no job', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    for (const id of [undefined, null, {}]) expect(await q.getJob(untyped<string>(id))).toBeUndefined()
  })

  it('lines of a log are texts', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of [42, new Error('oops'), { a: 1 }]) await job.log(untyped<string>(line))
    expect((await q.getJobLogs(idOf(job))).logs).toEqual(['42', 'Error: oops', '[object Object]'])
  })

  it('a number as a name is a text', async ({ queue }) => {
    const q = queue()
    await q.add(untyped<string>(5), {})
    expect(await stored(q, '1')).toMatchObject({ name: '5' })
  })

  for (const [what, name] of [
    ['nothing', undefined],
    ['null', null],
    ['an object', { a: 1 }],
  ]) {
    it(`${String(what)} as a name is refused`, async ({ queue }) => {
      const q = queue()
      await expect(q.add(untyped<string>(name), {})).rejects.toThrow()
      expect(await q.count()).toBe(0)
    })
  }

  it('a function as data is nothing', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', () => 1)
    expect(await stored(q, job.id)).toMatchObject({ data: {} })
    await job.updateData(untyped<() => number>(undefined))
    expect(await stored(q, job.id)).toMatchObject({ data: {} })
  })

  it('a priority below zero goes before the others', async ({ queue, taker }) => {
    const q = queue()
    await q.add('one', {}, { priority: 1 })
    await q.add('below', {}, { priority: -1 })
    await q.add('none', {})
    expect(await q.getJobCounts('prioritized', 'waiting')).toEqual({ prioritized: 2, waiting: 1 })
    const t = taker(q)
    expect([await t.take(), await t.take(), await t.take()].map(({ name }) => name)).toEqual(['none', 'below', 'one'])
  })

  it('a priority can be changed to a fraction and to a large number', async ({ queue, taker }) => {
    const q = queue()
    for (const name of ['three', 'huge', 'fraction']) await q.add(name, {}, { priority: 3 })
    await (await stored(q, '2')).changePriority({ priority: 1e12 })
    await (await stored(q, '3')).changePriority({ priority: 2.5 })
    expect([(await stored(q, '2')).priority, (await stored(q, '3')).priority]).toEqual([1e12, 2])
    const t = taker(q)
    expect([await t.take(), await t.take(), await t.take()].map(({ name }) => name)).toEqual([
      'fraction',
      'three',
      'huge',
    ])
  })

  it('a priority cannot be changed to what is no number', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { priority: 1 })
    await expect(job.changePriority({ priority: Number.NaN })).rejects.toThrow()
  })

  it('a job without a parent has none to leave', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.removeChildDependency()).rejects.toThrow('Missing key for parent job')
  })

  it('a list from nowhere is empty', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    expect(await q.getJobs(['waiting'], Number.NaN, 2)).toEqual([])
  })

  it('a list from a fraction is refused, and not as a lost connection', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    const refused: unknown = await q.getJobs(['waiting'], 0.5, 2).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Error)
    expect(refused).not.toHaveProperty('code', 'ECONNREFUSED')
  })

  it('a job that is refused because of its parent takes a number all the same', async ({ queue, flows }) => {
    const q = queue()
    const child = { name: 'child', queueName: q.name, opts: { jobId: 'child' } }
    await flows().add({ name: 'one', queueName: q.name, children: [child] })
    const before = Number((await q.add('a', {})).id)
    const other = await q.add('other', {})
    const parent = { id: idOf(other), queue: q.qualifiedName }
    await expect(q.add('child', {}, { jobId: 'child', parent })).rejects.toThrow('cannot be replaced')
    expect(Number((await q.add('a', {})).id)).toBe(before + 3)
  })

  it('a flow whose ids have colons is read whole', async ({ queue, flows }) => {
    const q = queue()
    const producer = flows()
    const child = { name: 'child', queueName: q.name, opts: { jobId: 'u:v:w' } }
    await producer.add({ name: 'parent', queueName: q.name, opts: { jobId: 'p:q:r' }, children: [child] })
    const flow = await producer.getFlow({ id: 'p:q:r', queueName: q.name })
    expect(flow?.children?.map(({ job }) => job.name)).toEqual(['child'])
  })
})
