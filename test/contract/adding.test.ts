import type { JobsOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, stored } from './desk.ts'

contract('adding', (it) => {
  it('jobs without an id are numbered from 1', async ({ queue }) => {
    const q = queue()
    expect(ids([await q.add('a', {}), await q.add('a', {}), await q.add('b', {})])).toEqual(['1', '2', '3'])
  })

  it('a custom id is kept', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { jobId: 'mine' })
    expect(job.id).toBe('mine')
    expect(await stored(q, 'mine')).toMatchObject({ id: 'mine', name: 'a' })
  })

  it('ids that only look like numbers are kept apart from numbers', async ({ queue }) => {
    const q = queue()
    const looks = ['01', '1.0', '+1', ' 1', '1e0', '0x1', '１']
    await q.add('numbered', {})
    for (const jobId of looks) expect((await q.add('chosen', {}, { jobId })).id).toBe(jobId)
    expect(await stored(q, '1')).toMatchObject({ id: '1', name: 'numbered' })
    for (const id of looks) expect(await stored(q, id)).toMatchObject({ id, name: 'chosen' })
    await q.remove('1')
    expect(await q.getJob('1')).toBeUndefined()
    expect(await q.getJobCountByTypes('waiting')).toBe(looks.length)
  })

  it('the number of a removed job is not given again', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    await q.remove('1')
    expect((await q.add('a', {})).id).toBe('2')
  })

  it('every queue has its own numbers', async ({ queue }) => {
    const [one, other] = [queue(), queue()]
    await one.add('a', {})
    expect((await other.add('a', {})).id).toBe('1')
  })

  it('what was added can be read back', async ({ queue }) => {
    const q = queue()
    const before = Date.now()
    const { id } = await q.add('report', { rows: 3 }, { attempts: 4, backoff: { type: 'fixed', delay: 5 } })
    const job = await stored(q, id)
    expect(job).toMatchObject({
      id: '1',
      name: 'report',
      data: { rows: 3 },
      progress: 0,
      delay: 0,
      priority: 0,
      attemptsMade: 0,
      attemptsStarted: 0,
      stalledCounter: 0,
      stacktrace: [],
      opts: { attempts: 4, backoff: { type: 'fixed', delay: 5 } },
    })
    expect(job.returnvalue).toBeNull()
    expect(job.timestamp).toBeGreaterThanOrEqual(before)
    expect(job.timestamp).toBeLessThanOrEqual(Date.now())
    expect([job.processedOn, job.finishedOn, job.failedReason, job.parent, job.parentKey]).toEqual(
      Array.from({ length: 5 }),
    )
    expect(await job.getState()).toBe('waiting')
  })

  it('data of every JSON kind comes back the same', async ({ queue }) => {
    const q = queue()
    const kinds = [true, false, 0, -1.5, '', 'text', [], [1, [2]], {}, { a: { b: [null, 'c'] } }]
    const jobs = await q.addBulk(kinds.map((data) => ({ name: 'a', data })))
    const read = await Promise.all(jobs.map(async (job) => (await stored(q, job.id)).data))
    expect(read).toEqual(kinds)
  })

  it('null as data comes back as null', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', null)
    expect((await stored(q, id)).data).toBeNull()
  })

  it('absent data reads as an empty object', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', undefined)
    expect((await stored(q, id)).data).toEqual({})
  })

  it('quotes, newlines, emoji and other scripts in names and data survive', async ({ queue }) => {
    const q = queue()
    const text = `'"\\%_;--\n\r\t😀 Ünïcødé 漢字 \u2028 ${'${x}'}`
    const { id } = await q.add(text, { [text]: text })
    expect(await stored(q, id)).toMatchObject({ name: text, data: { [text]: text } })
  })

  it('the character NUL in data survives', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', { text: 'a\u0000b' })
    expect((await stored(q, id)).data).toEqual({ text: 'a\u0000b' })
  })

  it('the keys of data keep their order', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', { zebra: 1, ant: 2, middle: 3, b: 4 })
    expect(Object.keys((await stored(q, id)).data)).toEqual(['zebra', 'ant', 'middle', 'b'])
  })

  it('numbers in data keep their digits', async ({ queue }) => {
    const q = queue()
    const data = [Number.MAX_SAFE_INTEGER, 0.1, 1e21, 5e-324, -0.000001]
    const { id } = await q.add('a', data)
    expect((await stored(q, id)).data).toEqual(data)
  })

  it('a megabyte of data survives', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', 'x'.repeat(1_000_000))
    expect((await stored(q, id)).data).toHaveLength(1_000_000)
  })

  it('the time of adding can be given', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', {}, { timestamp: 1_600_000_000_000 })
    expect((await stored(q, id)).timestamp).toBe(1_600_000_000_000)
  })

  it('options of a job come back under their own names', async ({ queue }) => {
    const q = queue()
    const opts: JobsOptions = {
      attempts: 3,
      backoff: { type: 'exponential', delay: 7, jitter: 0.5 },
      keepLogs: 2,
      lifo: true,
      removeOnComplete: { age: 60, count: 5 },
      removeOnFail: 9,
      stackTraceLimit: 1,
      sizeLimit: 1000,
      failParentOnFailure: true,
      deduplication: { id: 'one', ttl: 1000 },
    }
    const { id } = await q.add('a', {}, opts)
    expect((await stored(q, id)).opts).toMatchObject(opts)
  })

  it('telemetry metadata travels with the job', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { telemetry: { metadata: '{"traceparent":"00-1-2-01"}', omitContext: true } })
    const job = await taker(q).take()
    expect(job.opts.telemetry).toEqual({ metadata: '{"traceparent":"00-1-2-01"}', omitContext: true })
  })

  it("a queue's default job options apply unless the job says otherwise", async ({ queue }) => {
    const q = queue({ defaultJobOptions: { attempts: 5, removeOnComplete: true } })
    expect(q.defaultJobOptions).toEqual({ attempts: 5, removeOnComplete: true })
    const { id } = await q.add('a', {}, { attempts: 2 })
    expect((await stored(q, id)).opts).toMatchObject({ attempts: 2, removeOnComplete: true })
  })

  it('adding an id that is there already leaves the job as it was', async ({ queue }) => {
    const q = queue()
    await q.add('first', { n: 1 }, { jobId: 'same' })
    const second = await q.add('second', { n: 2 }, { jobId: 'same', delay: 1000 })
    expect(second.id).toBe('same')
    expect(await stored(q, 'same')).toMatchObject({ name: 'first', data: { n: 1 } })
    expect(await q.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 1, delayed: 0 })
  })

  it('adding an id that is there already is told as "duplicated"', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {}, { jobId: 'same' })
    await q.add('a', {}, { jobId: 'same' })
    expect(await history(q)).toMatchObject([
      { event: 'added', jobId: 'same', name: 'a' },
      { event: 'waiting', jobId: 'same' },
      { event: 'duplicated', jobId: 'same' },
    ])
  })

  it('the id of a completed job is still taken', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, { jobId: 'same' })
    await complete(await taker(q).take())
    await q.add('a', { n: 2 }, { jobId: 'same' })
    expect((await stored(q, 'same')).data).toEqual({ n: 1 })
    expect(await q.getJobState('same')).toBe('completed')
  })

  it('an id is free again when its job is removed', async ({ queue }) => {
    const q = queue()
    await q.add('a', { n: 1 }, { jobId: 'same' })
    await q.remove('same')
    await q.add('a', { n: 2 }, { jobId: 'same' })
    expect((await stored(q, 'same')).data).toEqual({ n: 2 })
  })

  it('ids may be words of the language, long, or of any script', async ({ queue }) => {
    const q = queue()
    const names = ['__proto__', 'constructor', 'toString', 'a b', "O'Hara", 'ключ', 'é'.repeat(200), '1e3', 'a:b:c']
    for (const jobId of names) await q.add('a', { jobId }, { jobId })
    expect(await q.getWaitingCount()).toBe(names.length)
    for (const jobId of names) expect((await stored(q, jobId)).data).toEqual({ jobId })
  })

  it('two queue objects of one name are one queue', async ({ queue }) => {
    const one = queue()
    const other = queue({ name: one.name })
    const job = await one.add('a', { n: 1 })
    expect((await stored(other, job.id)).data).toEqual({ n: 1 })
    expect((await other.add('a', {})).id).toBe('2')
  })

  it('queues of different names do not see the jobs of one another', async ({ queue }) => {
    const [one, other] = [queue(), queue()]
    await one.add('a', {}, { jobId: 'mine' })
    expect(await other.getJob('mine')).toBeUndefined()
    expect(await other.count()).toBe(0)
  })

  it('names of queues tell capital from small letters', async ({ queue, name }) => {
    const word = name()
    const [small, capital] = [queue({ name: `${word}a` }), queue({ name: `${word}A` })]
    await small.add('a', {})
    expect([await small.count(), await capital.count()]).toEqual([1, 0])
  })

  it.where('prefixes', 'the same name under another prefix is another queue', async ({ queue }) => {
    const one = queue()
    const other = queue({ name: one.name, prefix: 'elsewhere' })
    await one.add('a', {})
    expect([await one.count(), await other.count()]).toEqual([1, 0])
  })

  it('the queue object that added emits "waiting" with the job', async ({ queue }) => {
    const q = queue()
    const waiting = heard(q, 'waiting')
    const job = await q.add('a', {})
    expect(await waiting).toEqual([job])
  })

  it('an unknown job is undefined', async ({ queue }) => {
    expect(await queue().getJob('nobody')).toBeUndefined()
  })

  it('jobs added at the same time all arrive, each with a number of its own', async ({ queue }) => {
    const q = queue()
    const jobs = await Promise.all(Array.from({ length: 50 }, (_, n) => q.add('a', { n })))
    expect(new Set(ids(jobs)).size).toBe(50)
    expect(await q.getWaitingCount()).toBe(50)
    for (const job of jobs.slice(0, 5)) expect((await stored(q, job.id)).data).toEqual(job.data)
  })

  const refused: [string, string, JobsOptions, string | RegExp][] = [
    ['a job id that is a number is refused', 'x', { jobId: '42' }, 'Custom Id cannot be integers'],
    ['a job id with a colon is refused', 'x', { jobId: 'a:b' }, 'Custom Id cannot contain :'],
    ['the job id 0 is refused', 'x', { jobId: '0' }, "JobId cannot be '0' or start with '0:'"],
    ['a job id that begins with 0: is refused', 'x', { jobId: '0:a:b' }, "JobId cannot be '0' or start with '0:'"],
    ['data over the size limit are refused', 'x', { sizeLimit: 2 }, 'The size of job a exceeds the limit 2 bytes'],
    ['a priority with a fraction is refused', 'x', { priority: 1.5 }, 'Priority should not be float'],
    [
      'a priority over the limit is refused',
      'x',
      { priority: 2 ** 21 },
      `Priority should be between 0 and ${2 ** 21 - 1}`,
    ],
    [
      'two rules for a failed child are refused',
      'x',
      { failParentOnFailure: true, ignoreDependencyOnFailure: true },
      'The following options cannot be used together: failParentOnFailure, ignoreDependencyOnFailure',
    ],
    ['deduplication without an id is refused', 'x', { deduplication: { id: '' } }, 'Deduplication id must be provided'],
    [
      'deduplication of a child is refused',
      'x',
      { deduplication: { id: 'd' }, parent: { id: 'p', queue: 'q' } },
      'Deduplication and parent options cannot be used together',
    ],
    [
      'a jitter over 1 is refused',
      'x',
      { backoff: { type: 'fixed', delay: 1, jitter: 2 } },
      'Jitter should be between 0 and 1',
    ],
  ]
  for (const [title, data, opts, message] of refused) {
    it(`${title} and leaves nothing behind`, async ({ queue }) => {
      const q = queue()
      await expect(q.add('a', data, opts)).rejects.toThrow(message)
      expect(await q.getJobCounts()).toEqual({
        active: 0,
        completed: 0,
        delayed: 0,
        failed: 0,
        prioritized: 0,
        waiting: 0,
        'waiting-children': 0,
      })
      expect((await q.add('a', {})).id).toBe('1')
    })
  }

  it('a queue needs a name', async ({ classes, connection }) => {
    expect(() => new classes.Queue('', { connection })).toThrow('Queue name must be provided')
  })

  it('the name of a queue has no colon', async ({ classes, connection }) => {
    expect(() => new classes.Queue('a:b', { connection })).toThrow('Queue name cannot contain :')
  })

  it('a bulk gives its ids in the order of its jobs', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk([
      { name: 'a', data: 1 },
      { name: 'b', data: 2 },
      { name: 'c', data: 3, opts: { jobId: 'mine' } },
    ])
    expect(ids(jobs)).toEqual(['1', '2', 'mine'])
    expect(jobs.map((job) => job.name)).toEqual(['a', 'b', 'c'])
  })

  it('every job of a bulk goes where its options say', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk([
      { name: 'a', data: {} },
      { name: 'a', data: {}, opts: { delay: 60_000 } },
      { name: 'a', data: {}, opts: { priority: 3 } },
      { name: 'a', data: {}, opts: { delay: 60_000, priority: 3 } },
    ])
    expect(await Promise.all(jobs.map((job) => job.getState()))).toEqual([
      'waiting',
      'delayed',
      'prioritized',
      'delayed',
    ])
  })

  it('an empty bulk adds nothing', async ({ queue }) => {
    const q = queue()
    expect(await q.addBulk([])).toEqual([])
    expect(await q.count()).toBe(0)
  })

  it('a bulk with one wrong job adds none', async ({ queue }) => {
    const q = queue()
    const jobs = [
      { name: 'a', data: {} },
      { name: 'a', data: {}, opts: { jobId: '7' } },
    ]
    await expect(q.addBulk(jobs)).rejects.toThrow('Custom Id cannot be integers')
    expect(await q.count()).toBe(0)
  })

  it('a bulk that says an id twice adds the first', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk([
      { name: 'a', data: 1, opts: { jobId: 'same' } },
      { name: 'a', data: 2, opts: { jobId: 'same' } },
    ])
    expect(ids(jobs)).toEqual(['same', 'same'])
    expect((await stored(q, 'same')).data).toBe(1)
    expect(await q.count()).toBe(1)
  })

  it('the default job options apply to a bulk too', async ({ queue }) => {
    const q = queue({ defaultJobOptions: { attempts: 5 } })
    const [job] = await q.addBulk([{ name: 'a', data: {} }])
    expect((await stored(q, job?.id)).opts.attempts).toBe(5)
  })

  it('a thousand jobs can be added in one bulk', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk(Array.from({ length: 1000 }, (_, n) => ({ name: 'a', data: { n } })))
    expect(new Set(ids(jobs)).size).toBe(1000)
    expect(await q.getWaitingCount()).toBe(1000)
  })

  it('data can be replaced later', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', { n: 1 })
    await job.updateData({ n: 2, text: 'ü' })
    expect(job.data).toEqual({ n: 2, text: 'ü' })
    expect((await taker(q).take()).data).toEqual({ n: 2, text: 'ü' })
  })

  it('data may grow and shrink, also beside a stack trace', async ({ queue, taker }) => {
    const q = queue()
    const { id } = await q.add('a', 'small')
    const sizes = [400_000, 3, 999, 1001, 2000, 10]
    for (const size of sizes) {
      await (await stored(q, id)).updateData('x'.repeat(size))
      expect((await stored(q, id)).data).toBe('x'.repeat(size))
    }
    await fail(await taker(q).take())
    for (const size of sizes) {
      await (await stored(q, id)).updateData('y'.repeat(size))
      const { data, stacktrace } = await stored(q, id)
      expect([data, stacktrace]).toEqual(['y'.repeat(size), [expect.stringContaining('broken')]])
    }
  })

  it('data of a removed job cannot be replaced', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await q.remove(idOf(job))
    await expect(job.updateData({})).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. updateData',
    })
  })
})
