import type { Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, past, soon, stored, TOKEN } from './desk.ts'

/** What `moveToCompleted` and `moveToFailed` say of the next job: its data, its id, and until when to wait. */
type Next = [data: object | null, id: string, limitedMs: number, delayedUntil: number] | []

contract('completing', (it) => {
  it('a completed job has its result and its time', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    const before = Date.now()
    await complete(job, { rows: 3 })
    expect(await job.getState()).toBe('completed')
    const done = await stored(q, job.id)
    expect(done).toMatchObject({ returnvalue: { rows: 3 }, attemptsMade: 1, attemptsStarted: 1 })
    expect(done.finishedOn).toBe(job.finishedOn)
    expect(done.finishedOn).toBeGreaterThanOrEqual(before)
    expect(done.finishedOn).toBeGreaterThanOrEqual(done.processedOn ?? Infinity)
    expect(done.failedReason).toBeUndefined()
    expect(await q.getJobCounts('active', 'completed')).toEqual({ active: 0, completed: 1 })
  })

  it('results of every JSON kind come back the same', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    const results = [null, true, false, 0, -1.5, '', 'text "quoted"', [], [1, [2]], {}, { a: { b: [null] } }, '😀']
    for (const result of results) {
      await q.add('a', {})
      await complete(await t.take(), result)
    }
    const read = await Promise.all(results.map(async (_, n) => (await stored(q, `${n + 1}`)).returnvalue))
    expect(read).toEqual(results)
  })

  it('no result reads as null', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await job.moveToCompleted(undefined, TOKEN, false)
    expect((await stored(q, job.id)).returnvalue).toBeNull()
  })

  it('the keys of a result keep their order', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await complete(job, { zebra: 1, ant: 2, b: 3 })
    expect(Object.keys((await stored(q, job.id)).returnvalue)).toEqual(['zebra', 'ant', 'b'])
  })

  it('a result that cannot be written is refused and leaves the job active', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await expect(complete(job, { big: 1n })).rejects.toThrow('BigInt')
    expect(await job.getState()).toBe('active')
  })

  it('a result that cannot be written fails the job of a worker', async ({ queue, worker, errors }) => {
    const q = queue()
    worker(q, async () => ({ big: 1n }))
    const { id } = await q.add('a', {})
    await soon(async () => expect((await stored(q, id)).failedReason).toContain('BigInt'))
    expect(await q.getJobState('1')).toBe('failed')
    expect(errors.splice(0)).toMatchObject([{ name: 'TypeError' }])
  })

  it('a completed job is told with its result', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    await complete(await taker(q).take(), { rows: 3 })
    expect(await history(q)).toEqual([
      { event: 'added', jobId: '1', name: 'a' },
      { event: 'waiting', jobId: '1' },
      { event: 'active', jobId: '1', prev: 'waiting' },
      { event: 'completed', jobId: '1', returnvalue: { rows: 3 }, prev: 'active' },
      { event: 'drained' },
    ])
  })

  it('"drained" is told when the last job is done, and only then', async ({ queue, taker, history }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    const [a, b] = [await t.take(), await t.take()]
    await complete(a)
    expect((await history(q)).map(({ event }) => event)).not.toContain('drained')
    await complete(b)
    expect((await history(q)).at(-1)).toEqual({ event: 'drained' })
  })

  it('the next job comes with the end of the one before', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q, { name: 'Mona' })
    await q.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: { n: 2 } },
    ])
    const next = (await (await t.take()).moveToCompleted('done', TOKEN, true)) as Next
    expect(next).toMatchObject([{ name: 'b', data: '{"n":2}', processedBy: 'Mona', attemptsStarted: 1 }, '2', 0, 0])
    const job = await stored(q, '2')
    expect(await job.getState()).toBe('active')
    expect(await job.extendLock(TOKEN, 1000)).toBe(1)
  })

  it('the next job comes with the failure of the one before, too', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    const next = (await (await t.take()).moveToFailed(new Error('x'), TOKEN, true)) as Next
    expect(next).toMatchObject([{ name: 'b' }, '2', 0, 0])
    expect(await q.getJobState('2')).toBe('active')
  })

  it('the next job comes by priority', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.add('a', {})
    const job = await t.take()
    await q.add('b', {}, { priority: 2 })
    await q.add('c', {}, { priority: 1 })
    expect(((await job.moveToCompleted('done', TOKEN, true)) as Next)[1]).toBe('3')
  })

  it('without asking for it no next job is taken', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    await (await taker(q).take()).moveToCompleted('done', TOKEN, false)
    expect(await q.getJobState('2')).toBe('waiting')
  })

  it('the end of the last job brings no next one', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const next = (await (await taker(q).take()).moveToCompleted('done', TOKEN, true)) as Next | undefined
    expect(next?.[0] ?? null).toBeNull()
  })

  it('the end of the last job tells when the next delayed one is due', async ({ queue, taker }) => {
    const q = queue()
    const timestamp = Date.now()
    await q.add('a', {})
    const job = await taker(q).take()
    await q.add('b', {}, { delay: 60_000, timestamp })
    expect(await job.moveToCompleted('done', TOKEN, true)).toMatchObject({ 0: null, 2: 0, 3: timestamp + 60_000 })
  })

  it('a worker works off everything that waits', async ({ queue, worker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 30 }, (_, n) => ({ name: 'a', data: { n } })))
    const w = worker(q, async (job) => job.data.n * 2, { concurrency: 5 })
    await heard(w, 'drained')
    await soon(async () => expect(await q.getCompletedCount()).toBe(30))
    expect((await stored(q, '7')).returnvalue).toBe(12)
  })

  it('a worker tells the job, its result and that it was active', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 42)
    const completed = heard<[Job, number, string]>(w, 'completed')
    const { id } = await q.add('a', {})
    const [job, result, prev] = await completed
    expect([job.id, job.returnvalue, result, prev]).toEqual([id, 42, 42, 'active'])
  })

  it('a job knows in which state it is', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {})
    const states = async () => ({
      waiting: await job.isWaiting(),
      active: await job.isActive(),
      delayed: await job.isDelayed(),
      waitingChildren: await job.isWaitingChildren(),
      completed: await job.isCompleted(),
      failed: await job.isFailed(),
    })
    const none = {
      waiting: false,
      active: false,
      delayed: false,
      waitingChildren: false,
      completed: false,
      failed: false,
    }
    expect(await states()).toEqual({ ...none, waiting: true })
    const taken = await taker(q).take()
    expect(await states()).toEqual({ ...none, active: true })
    await complete(taken)
    expect(await states()).toEqual({ ...none, completed: true })
    await job.remove()
    expect(await states()).toEqual(none)
  })

  it('who waits for a job gets its result', async ({ queue, worker, listener }) => {
    const q = queue()
    const events = listener(q)
    worker(q, async (job) => job.data.n + 1)
    const job = await q.add('a', { n: 1 })
    expect(await job.waitUntilFinished(events, 10_000)).toBe(2)
  })

  it('who waits for a job that is done already gets its result', async ({ queue, taker, listener }) => {
    const q = queue()
    const job = await q.add('a', {})
    await complete(await taker(q).take(), { deep: [1] })
    expect(await job.waitUntilFinished(listener(q), 10_000)).toEqual({ deep: [1] })
  })

  it('who waits for a job that fails is told why', async ({ queue, worker, listener }) => {
    const q = queue()
    const events = listener(q)
    worker(q, async () => {
      throw new Error('no more paper')
    })
    const job = await q.add('a', {})
    await expect(job.waitUntilFinished(events, 10_000)).rejects.toThrow('no more paper')
  })

  it('who waits for a job that has failed already is told why', async ({ queue, taker, listener }) => {
    const q = queue()
    const job = await q.add('a', {})
    await fail(await taker(q).take(), 'no more ink')
    await expect(job.waitUntilFinished(listener(q), 10_000)).rejects.toThrow('no more ink')
  })

  it('who waits too long for a job is told so', async ({ queue, listener }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.waitUntilFinished(listener(q), 10)).rejects.toThrow(
      'Job wait a timed out before finishing, no finish notification arrived after 10ms (id=1)',
    )
  })

  it('who waits for a job that is gone is told so', async ({ queue, listener }) => {
    const q = queue()
    const job = await q.add('a', {})
    await q.remove(idOf(job))
    await expect(job.waitUntilFinished(listener(q), 10_000)).rejects.toThrow(
      /^Missing key for job \S*\b1\. isFinished$/,
    )
  })

  it('a job can be told not to stay when it completes', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { removeOnComplete: true })
    const job = await taker(q).take()
    await complete(job, 'bye')
    expect(await q.getJob('1')).toBeUndefined()
    expect(await job.getState()).toBe('unknown')
    expect(await q.getCompletedCount()).toBe(0)
    expect(await history(q)).toContainEqual({ event: 'completed', jobId: '1', returnvalue: 'bye', prev: 'active' })
  })

  it('a number says how many completed jobs stay: the latest', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnComplete: 2 } })
    const t = taker(q)
    await q.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 5; n++) await complete(await t.take())
    expect(ids(await q.getCompleted())).toEqual(['5', '4'])
    expect(await q.getJob('3')).toBeUndefined()
  })

  it('the worker can say how many completed jobs stay', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q, { removeOnComplete: { count: 1 } })
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 3; n++) await complete(await t.take())
    expect(ids(await q.getCompleted())).toEqual(['3'])
  })

  it('what the job says about staying goes before what the worker says', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnComplete: false } })
    const t = taker(q, { removeOnComplete: { count: 0 } })
    await q.add('a', {})
    await complete(await t.take())
    expect(await q.getCompletedCount()).toBe(1)
  })

  it('completed jobs over a certain age go when another completes', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnComplete: { age: 1 } } })
    const t = taker(q)
    await q.add('old', {})
    await complete(await t.take())
    await q.add('kept', {}, { delay: 1100, removeOnComplete: false })
    await q.add('new', {}, { delay: 1100 })
    await complete(await soon(() => t.take()))
    expect(await q.getCompletedCount()).toBe(2)
    await complete(await soon(() => t.take()))
    expect((await q.getCompleted()).map((job) => job.name)).toEqual(['new', 'kept'])
    expect(await q.getJob('1')).toBeUndefined()
  })

  it('age and number can be said together', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnComplete: { age: 3600, count: 2 } } })
    const t = taker(q)
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 4; n++) await complete(await t.take())
    expect(ids(await q.getCompleted())).toEqual(['4', '3'])
  })

  it('the last completed job is listed first', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    for (const name of ['a', 'b', 'c']) {
      await q.add(name, {})
      const job = await t.take()
      await complete(job)
      await past(job.finishedOn ?? 0)
    }
    expect((await q.getCompleted()).map((job) => job.name)).toEqual(['c', 'b', 'a'])
    expect((await q.getJobs(['completed'], 0, -1, true)).map((job) => job.name)).toEqual(['a', 'b', 'c'])
  })

  it('a completed job can be done again', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q)
    const job = await t.take()
    await complete(job, 'first')
    await job.retry('completed')
    expect([job.returnvalue, job.finishedOn, job.processedOn]).toEqual([null, null, null])
    const again = await stored(q, job.id)
    expect([again.returnvalue, again.finishedOn, again.processedOn]).toEqual([null, undefined, undefined])
    expect(await job.getState()).toBe('waiting')
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting', jobId: '1', prev: 'completed' })
    await complete(await t.take(), 'second')
    expect(await stored(q, job.id)).toMatchObject({ returnvalue: 'second', attemptsMade: 2, attemptsStarted: 2 })
  })

  it('only a completed job can be done again as a completed one', async ({ queue }) => {
    const job = await queue().add('a', {})
    await expect(job.retry('completed')).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the completed state. reprocessJob',
    })
  })
})
