import { UnrecoverableError, WaitingError, type BackoffOptions, type Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, past, soon, stored } from './desk.ts'

contract('failing', (it) => {
  it('a failed job has its reason, its trace and its time', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    const before = Date.now()
    await fail(job, 'no more "paper"\nin tray 2 😀')
    expect(await job.getState()).toBe('failed')
    const failed = await stored(q, job.id)
    expect(failed).toMatchObject({ failedReason: 'no more "paper"\nin tray 2 😀', attemptsMade: 1 })
    expect(failed.stacktrace).toEqual([expect.stringContaining('no more "paper"')])
    expect(failed.finishedOn).toBe(job.finishedOn)
    expect(failed.finishedOn).toBeGreaterThanOrEqual(before)
    expect(failed.returnvalue).toBeNull()
    expect(await q.getJobCounts('active', 'failed')).toEqual({ active: 0, failed: 1 })
  })

  it('a failed job is told with its reason', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    await fail(await taker(q).take(), 'broken')
    expect((await history(q)).slice(3)).toEqual([
      { event: 'failed', jobId: '1', failedReason: 'broken', prev: 'active' },
      { event: 'retries-exhausted', jobId: '1', attemptsMade: '1' },
      { event: 'drained' },
    ])
  })

  it('a job with attempts left waits again and keeps the reason', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3 })
    const job = await taker(q).take()
    await fail(job, 'first')
    const again = await stored(q, job.id)
    expect(again).toMatchObject({ attemptsMade: 1, failedReason: 'first' })
    expect(again.finishedOn).toBeUndefined()
    expect(again.stacktrace).toHaveLength(1)
    expect(await job.getState()).toBe('waiting')
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting', jobId: '1', prev: 'active' })
  })

  it('a job fails for good after its last attempt', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3 })
    const t = taker(q)
    for (const reason of ['first', 'second', 'third']) await fail(await t.take(), reason)
    expect(await t.tryTake()).toBeUndefined()
    const failed = await stored(q, '1')
    expect(failed).toMatchObject({ failedReason: 'third', attemptsMade: 3, attemptsStarted: 3 })
    expect(failed.stacktrace).toEqual(['first', 'second', 'third'].map((reason) => expect.stringContaining(reason)))
    expect(await history(q)).toContainEqual({ event: 'retries-exhausted', jobId: '1', attemptsMade: '3' })
  })

  it('a job that succeeds at last completes', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3 })
    const t = taker(q)
    await fail(await t.take())
    await complete(await t.take(), 'at last')
    expect(await stored(q, '1')).toMatchObject({ returnvalue: 'at last', attemptsMade: 2 })
    expect(await q.getJobState('1')).toBe('completed')
    expect((await history(q)).map(({ event }) => event)).not.toContain('retries-exhausted')
  })

  it('only as many traces stay as the job says', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3, stackTraceLimit: 2 })
    const t = taker(q)
    for (const reason of ['first', 'second', 'third']) await fail(await t.take(), reason)
    expect((await stored(q, '1')).stacktrace).toEqual([
      expect.stringContaining('second'),
      expect.stringContaining('third'),
    ])
  })

  it('no trace stays of a job that wants none', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { stackTraceLimit: 0 })
    await fail(await taker(q).take())
    expect((await stored(q, '1')).stacktrace).toEqual([])
  })

  it('a job with a fixed backoff is delayed by it before every further attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3, backoff: { type: 'fixed', delay: 25 } })
    const t = taker(q)
    for (const attempt of [1, 2]) {
      const job = await soon(() => t.take())
      const failedAt = Date.now()
      await fail(job)
      const { delay, attemptsMade } = await stored(q, '1')
      expect([await job.getState(), delay, attemptsMade]).toEqual(['delayed', 25, attempt])
      const next = await soon(() => t.take())
      expect(next.processedOn).toBeGreaterThanOrEqual(failedAt + 24)
      await next.moveToWait(next.token)
    }
  })

  it('a number as backoff is a fixed one', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2, backoff: 60_000 })
    await fail(await taker(q).take())
    expect(await stored(q, '1')).toMatchObject({ delay: 60_000, opts: { backoff: { type: 'fixed', delay: 60_000 } } })
  })

  it('an exponential backoff doubles', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 5, backoff: { type: 'exponential', delay: 1000 } })
    const t = taker(q)
    const delays: number[] = []
    for (let attempt = 1; attempt < 5; attempt++) {
      await fail(await t.take())
      const job = await stored(q, '1')
      delays.push(job.delay)
      await job.promote()
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000])
  })

  it('a jitter makes a backoff shorter by no more than its part', async ({ queue, taker }) => {
    const q = queue()
    const backoff: BackoffOptions = { type: 'fixed', delay: 10_000, jitter: 0.5 }
    await q.addBulk(Array.from({ length: 8 }, () => ({ name: 'a', data: {}, opts: { attempts: 2, backoff } })))
    const t = taker(q)
    for (let n = 0; n < 8; n++) await fail(await t.take())
    for (const { delay } of await q.getDelayed()) {
      expect(delay).toBeGreaterThanOrEqual(5000)
      expect(delay).toBeLessThanOrEqual(10_000)
    }
    expect(await q.getDelayedCount()).toBe(8)
  })

  it("a worker's own strategy decides on the backoff", async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 7 }, { attempts: 4, backoff: { type: 'mine' } })
    const t = taker(q, {
      settings: {
        backoffStrategy: (made, type, error, job) => made * 1000 + (type === error?.message ? job?.data.n : 0),
      },
    })
    await fail(await t.take(), 'mine')
    expect((await stored(q, '1')).delay).toBe(1007)
  })

  it('a strategy that says 0 lets the job be tried at once', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 4, backoff: { type: 'mine' } })
    await fail(await taker(q, { settings: { backoffStrategy: () => 0 } }).take())
    expect(await q.getJobState('1')).toBe('waiting')
  })

  it('a strategy that says -1 lets the job fail for good', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 4, backoff: { type: 'mine' } })
    await fail(await taker(q, { settings: { backoffStrategy: () => -1 } }).take())
    expect(await q.getJobState('1')).toBe('failed')
  })

  it('an unknown strategy is refused and leaves the job active', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 4, backoff: { type: 'nobody’s' } })
    const job = await taker(q).take()
    await expect(fail(job)).rejects.toThrow('Unknown backoff strategy nobody’s')
    expect(await job.getState()).toBe('active')
  })

  it('a job that waits for its next attempt is told as delayed until then', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2, backoff: 60_000 })
    const job = await taker(q).take()
    const before = Date.now()
    await fail(job)
    const told = (await history(q)).at(-1)
    expect(told).toMatchObject({ event: 'delayed', jobId: '1' })
    expect(told?.['delay']).toBeGreaterThanOrEqual(before + 60_000)
    expect(told?.['delay']).toBeLessThanOrEqual(Date.now() + 60_000)
  })

  it('the next job comes while the failed one waits for its next attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2, backoff: 60_000 })
    await q.add('b', {})
    const job = await taker(q).take()
    const next = (await job.moveToFailed(new Error('x'), 'token', true)) as unknown[]
    expect(next.slice(1)).toEqual(['2', 0, 0])
    expect([await q.getJobState('1'), await q.getJobState('2')]).toEqual(['delayed', 'active'])
  })

  it('a job in other hands is not delayed for its next attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2, backoff: 60_000 })
    const job = await taker(q).take()
    await expect(job.moveToFailed(new Error('x'), 'other', false)).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToDelayed from active',
    })
    expect(await job.getState()).toBe('active')
  })

  it('an unrecoverable error fails the job for good', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 5, backoff: 1000 })
    await fail(await taker(q).take(), new UnrecoverableError('hopeless'))
    expect(await q.getJobState('1')).toBe('failed')
    expect(await stored(q, '1')).toMatchObject({ failedReason: 'hopeless', attemptsMade: 1 })
  })

  it('an error is unrecoverable by its name alone', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => {
      throw Object.assign(new Error('hopeless'), { name: 'UnrecoverableError' })
    })
    const failed = heard(w, 'failed')
    const job = await q.add('a', {}, { attempts: 5 })
    await failed
    expect(await job.getState()).toBe('failed')
  })

  it('a worker tells the job, the error and that it was active', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => {
      throw new TypeError('broken')
    })
    const failed = heard<[Job, Error, string]>(w, 'failed')
    await q.add('a', {})
    const [job, error, prev] = await failed
    expect(job).toMatchObject({ id: '1', failedReason: 'broken', attemptsMade: 1 })
    expect(error).toBeInstanceOf(TypeError)
    expect(prev).toBe('active')
  })

  it('a worker tries a job until it works', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async (job) => {
      if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade + 1}`)
      return job.attemptsMade
    })
    const completed = heard(w, 'completed')
    const { id } = await q.add('a', {}, { attempts: 3, backoff: 5 })
    await completed
    expect(await stored(q, id)).toMatchObject({ returnvalue: 2, attemptsMade: 3, failedReason: 'attempt 2' })
  })

  it('a processor can give its job back, and no attempt is counted', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async (job, token) => {
      if (job.attemptsStarted > 1) return 'second time'
      await job.moveToWait(token)
      throw new WaitingError()
    })
    const completed = heard(w, 'completed')
    const { id } = await q.add('a', {})
    await completed
    expect(await stored(q, id)).toMatchObject({ returnvalue: 'second time', attemptsMade: 1, attemptsStarted: 2 })
  })

  it('a failed job can be tried again by hand', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    await job.retry()
    expect([job.failedReason, job.finishedOn, job.processedOn]).toEqual([null, null, null])
    const again = await stored(q, job.id)
    expect([again.failedReason, again.finishedOn, again.processedOn]).toEqual(Array.from({ length: 3 }))
    expect(again.attemptsMade).toBe(1)
    expect(await job.getState()).toBe('waiting')
    expect(await q.getFailedCount()).toBe(0)
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting', jobId: '1', prev: 'failed' })
    await complete(await t.take())
    expect(await job.getState()).toBe('completed')
  })

  it('a job tried again by hand keeps its count of attempts', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q)
    await fail(await t.take())
    await fail(await t.take())
    await (await stored(q, '1')).retry('failed')
    await fail(await t.take())
    expect(await q.getJobState('1')).toBe('failed')
    expect(await stored(q, '1')).toMatchObject({ attemptsMade: 3, attemptsStarted: 3 })
  })

  it('the counts of attempts and starts can be set back', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q)
    await fail(await t.take())
    await fail(await t.take())
    const job = await stored(q, '1')
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
    expect([job.attemptsMade, job.attemptsStarted]).toEqual([0, 0])
    expect(await stored(q, '1')).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 })
    await fail(await t.take())
    expect(await job.getState()).toBe('waiting')
  })

  it('a failed job with priority keeps it when it is tried again by hand', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { priority: 3 })
    const job = await taker(q).take()
    await fail(job)
    await job.retry()
    expect(await job.getState()).toBe('prioritized')
  })

  it('only a failed job can be tried again by hand', async ({ queue }) => {
    const job = await queue().add('a', {})
    await expect(job.retry()).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the failed state. reprocessJob',
    })
  })

  it('a job that is gone cannot be tried again by hand', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await fail(job)
    await q.remove(idOf(job))
    await expect(job.retry()).rejects.toMatchObject({ code: -1, message: 'Missing key for job 1. reprocessJob' })
  })

  it('of two who try a failed job again one is refused', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await fail(await taker(q).take())
    const [one, other] = [await stored(q, '1'), await stored(q, '1')]
    const outcomes = await Promise.allSettled([one.retry(), other.retry()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('an idle worker starts at once on a job that is tried again by hand', async ({ queue, worker, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await fail(job)
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await job.retry()
    await completed
    expect(await job.getState()).toBe('completed')
  })

  it('a job can be told not to stay when it fails', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, { removeOnFail: true })
    await fail(await taker(q).take(), 'bye')
    expect(await q.getJob('1')).toBeUndefined()
    expect(await q.getFailedCount()).toBe(0)
    expect(await history(q)).toContainEqual({ event: 'failed', jobId: '1', failedReason: 'bye', prev: 'active' })
  })

  it('a job that is tried again stays although it does not want to when it fails', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { removeOnFail: true, attempts: 2 })
    await fail(await taker(q).take())
    expect(await q.getJobState('1')).toBe('waiting')
  })

  it('a number says how many failed jobs stay: the latest', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnFail: 2 } })
    const t = taker(q)
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 4; n++) await fail(await t.take())
    expect(ids(await q.getFailed())).toEqual(['4', '3'])
    expect(await q.getJob('1')).toBeUndefined()
  })

  it('the worker can say how many failed jobs stay', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q, { removeOnFail: { count: 1 } })
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 3; n++) await fail(await t.take())
    expect(ids(await q.getFailed())).toEqual(['3'])
  })

  it('failed jobs over a certain age go when another fails', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnFail: { age: 1 } } })
    const t = taker(q)
    await q.add('old', {})
    const old = await t.take()
    await fail(old)
    await q.add('done', {})
    await q.add('new', {})
    await past((old.finishedOn ?? 0) + 1100)
    await complete(await t.take())
    expect(await q.getFailedCount()).toBe(1)
    await fail(await t.take())
    expect((await q.getFailed()).map((job) => job.name)).toEqual(['new'])
  })

  it('the last failed job is listed first', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    for (const name of ['a', 'b', 'c']) {
      await q.add(name, {})
      const job = await t.take()
      await fail(job)
      await past(job.finishedOn ?? 0)
    }
    expect((await q.getFailed()).map((job) => job.name)).toEqual(['c', 'b', 'a'])
  })
})
