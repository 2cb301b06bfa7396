import type { Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, countAsking, heard, ids, past, soon, stored, TOKEN, type Taker } from './desk.ts'

contract('taking', (it) => {
  it('a taken job is active', async ({ queue, taker }) => {
    const q = queue()
    const added = await q.add('a', { n: 1 })
    const before = Date.now()
    const job = await taker(q).take()
    expect(job).toMatchObject({ id: added.id, name: 'a', data: { n: 1 }, attemptsStarted: 1, attemptsMade: 0 })
    expect(job.token).toBe(TOKEN)
    expect(job.processedOn).toBeGreaterThanOrEqual(before)
    expect(await job.getState()).toBe('active')
    expect(await job.isActive()).toBe(true)
    expect(await stored(q, job.id)).toMatchObject({ attemptsStarted: 1, processedOn: job.processedOn })
    expect(await q.getJobCounts('waiting', 'active')).toEqual({ waiting: 0, active: 1 })
  })

  it('an empty queue has no job to take', async ({ queue, taker }) => {
    expect(await taker(queue()).tryTake()).toBeUndefined()
  })

  it('a taken job is told as active', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    await taker(q).take()
    expect((await history(q)).at(-1)).toEqual({ event: 'active', jobId: '1', prev: 'waiting' })
  })

  it('a job is given to one taker only', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 60 }, () => ({ name: 'a', data: {} })))
    const takers = Array.from({ length: 4 }, () => taker(q))
    const takeAll = async (t: Taker) => {
      const jobs: Job[] = []
      for (let job = await t.tryTake(); job; job = await t.tryTake()) jobs.push(job)
      return jobs
    }
    const taken = (await Promise.all(takers.map(takeAll))).flat()
    expect(taken).toHaveLength(60)
    expect(new Set(ids(taken)).size).toBe(60)
  })

  it('the name of the worker is written on the job', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q, { name: 'Mona' }).take()
    expect(job.processedBy).toBe('Mona')
    await complete(job)
    expect((await stored(q, job.id)).processedBy).toBe('Mona')
  })

  it('a job of a worker without a name is processed by nobody known', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    expect((await taker(q).take()).processedBy).toBeUndefined()
  })

  it('the lock is extended for who holds it', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    expect(await job.extendLock(TOKEN, 1000)).toBe(1)
  })

  it('the lock is not extended for another', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    expect(await job.extendLock('other', 1000)).toBe(0)
  })

  it('a job that waits has no lock to extend', async ({ queue }) => {
    const job = await queue().add('a', {})
    expect(await job.extendLock(TOKEN, 1000)).toBe(0)
  })

  it('a completed job has no lock to extend', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await complete(job)
    expect(await job.extendLock(TOKEN, 1000)).toBe(0)
  })

  it('the lock ends after its time', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q, { lockDuration: 20 }).take()
    await past(Date.now() + 20)
    await expect(complete(job)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToFinished',
    })
    expect(await job.getState()).toBe('active')
  })

  it('a lock that is over cannot be extended', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { lockDuration: 20 })
    const job = await t.take()
    await past(Date.now() + 20)
    expect(await job.extendLock(TOKEN, 1000)).toBe(0)
    expect(await t.worker.extendJobLocks(['1'], [TOKEN], 1000)).toEqual(['1'])
  })

  it('an extended lock lasts from the time of extending', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await q.add('b', {})
    const t = taker(q, { lockDuration: 300 })
    const [one, other] = [await t.take('one'), await t.take('other')]
    await one.extendLock('one', 60_000)
    await t.worker.extendJobLocks(['2'], ['other'], 60_000)
    await past(Date.now() + 300)
    await complete(one)
    await complete(other)
    expect(await q.getCompletedCount()).toBe(2)
  })

  it('many locks are extended at once, and those that cannot be are named', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    const t = taker(q)
    await t.take('one')
    await t.take('two')
    const locks = [
      ['1', 'one'],
      ['2', 'other'],
      ['3', 'three'],
      ['4', 'four'],
    ] as const
    const failed = await t.worker.extendJobLocks(
      locks.map(([id]) => id),
      locks.map(([, token]) => token),
      1000,
    )
    expect(failed).toEqual(['2', '3', '4'])
  })

  it('a job that ends in the hands of another is refused', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await expect(job.moveToCompleted('x', 'other', false)).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToFinished from active',
    })
    await expect(job.moveToFailed(new Error('x'), 'other', false)).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToFinished from active',
    })
    expect(await job.getState()).toBe('active')
  })

  it('a job that nobody took cannot end', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.moveToCompleted('x', TOKEN, false)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToFinished',
    })
    await expect(job.moveToFailed(new Error('x'), TOKEN, false)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToFinished',
    })
    expect(await job.getState()).toBe('waiting')
  })

  it('a job cannot end twice', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await complete(job, 'first')
    await expect(complete(job, 'second')).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToFinished',
    })
    expect((await stored(q, job.id)).returnvalue).toBe('first')
  })

  it('a job that is gone cannot end', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await q.obliterate({ force: true })
    const error = { code: -1, message: 'Missing key for job 1. moveToFinished' }
    await expect(complete(job)).rejects.toMatchObject(error)
    await expect(job.moveToFailed(new Error('x'), TOKEN, false)).rejects.toMatchObject(error)
  })

  it('a job that is tried again is refused to another, too', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const job = await taker(q).take()
    await expect(job.moveToFailed(new Error('x'), 'other', false)).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd retryJob from active',
    })
    expect(await job.getState()).toBe('active')
  })

  it('a job that nobody took cannot be tried again', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { attempts: 2 })
    await expect(job.moveToFailed(new Error('x'), TOKEN, false)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. retryJob',
    })
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('a job that is gone cannot be tried again', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const job = await taker(q).take()
    await q.obliterate({ force: true })
    await expect(job.moveToFailed(new Error('x'), TOKEN, false)).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. retryJob',
    })
  })

  it('a job is given back only by who holds it', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await expect(job.moveToWait('other')).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveJobFromActiveToWait from active',
    })
    expect(await job.moveToWait(TOKEN)).toBe(0)
    expect(await job.getState()).toBe('waiting')
  })

  it('a job that nobody took cannot be given back', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.moveToWait(TOKEN)).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveJobFromActiveToWait',
    })
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('a job that is gone cannot be given back', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await q.obliterate({ force: true })
    await expect(job.moveToWait(TOKEN)).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. moveJobFromActiveToWait',
    })
  })

  it('a job that was given back counts no attempt and can be taken again', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q)
    const job = await t.take()
    await job.moveToWait(job.token)
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting', jobId: '1', prev: 'active' })
    expect(await t.take('again')).toMatchObject({ id: '1', attemptsStarted: 2, attemptsMade: 0, token: 'again' })
  })

  it('every taking counts as a start', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 3 })
    const t = taker(q)
    for (const start of [1, 2, 3]) {
      const job = await t.take()
      expect([job.attemptsStarted, job.attemptsMade]).toEqual([start, start - 1])
      await job.moveToFailed(new Error('x'), TOKEN, false)
    }
    expect(await stored(q, '1')).toMatchObject({ attemptsStarted: 3, attemptsMade: 3 })
  })

  it('a waiting taker gets the next job that is added', async ({ queue, taker }) => {
    const q = queue()
    const { worker: w, tryTake } = taker(q, { drainDelay: 60 })
    await w.waitUntilReady()
    await tryTake()
    const next = w.getNextJob(TOKEN)
    const added = await q.add('a', {})
    expect((await next)?.id).toBe(added.id)
  })

  it('a waiting taker gets nothing when its patience ends', async ({ queue, taker }) => {
    const { worker: w, tryTake } = taker(queue(), { drainDelay: 0.02 })
    await w.waitUntilReady()
    await tryTake()
    expect(await w.getNextJob(TOKEN)).toBeUndefined()
  })

  it('every one of several waiting takers gets a job', async ({ queue, taker }) => {
    const q = queue()
    const takers = [taker(q, { drainDelay: 60 }), taker(q, { drainDelay: 60 }), taker(q, { drainDelay: 60 })]
    for (const { worker: w, tryTake } of takers) {
      await w.waitUntilReady()
      await tryTake()
    }
    const next = takers.map(({ worker: w }) => w.getNextJob(TOKEN))
    await q.addBulk(takers.map((_, n) => ({ name: `job-${n}`, data: {} })))
    const names = (await Promise.all(next)).map((job) => job?.name)
    expect(names.toSorted()).toEqual(['job-0', 'job-1', 'job-2'])
  })

  it('an idle worker starts at once on a job that another queue object adds', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const completed = heard<[Job]>(w, 'completed')
    const added = await queue({ name: q.name }).add('a', {})
    const [job] = await completed
    expect((job.processedOn ?? 0) - added.timestamp).toBeLessThan(2000)
  })

  it('a worker without work waits and does not ask again and again', async ({ queue, worker }) => {
    const q = queue()
    await q.add('late', {}, { delay: 60_000 })
    const w = worker(q, async () => 'done', { drainDelay: 60, concurrency: 5 })
    const asked = countAsking(w)
    await past(Date.now() + 300)
    expect(asked()).toBeLessThan(10)
  })

  it('a worker with a limit waits and does not ask again and again', async ({ queue, worker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 2 }, () => ({ name: 'a', data: {} })))
    const limiter = { max: 1, duration: 60_000 }
    const w = worker(q, async () => 'done', { drainDelay: 60, limiter, maximumRateLimitDelay: 1000 })
    const asked = countAsking(w)
    await past(Date.now() + 300)
    expect(asked()).toBeLessThan(10)
  })

  it('a worker takes as many jobs at once as it is told to', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    let [running, most] = [0, 0]
    const w = worker(
      q,
      async () => {
        most = Math.max(most, ++running)
        await go.promise
        running--
      },
      { concurrency: 3 },
    )
    const jobs = await q.addBulk(Array.from({ length: 7 }, () => ({ name: 'a', data: {} })))
    await soon(() => expect(running).toBe(3))
    expect(await q.getActiveCount()).toBe(3)
    go.resolve()
    await soon(async () => expect(await q.getCompletedCount()).toBe(jobs.length))
    expect(most).toBe(3)
    expect(w.concurrency).toBe(3)
  })

  it('a worker can be told to take more at once while it runs', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise, { concurrency: 1 })
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    await soon(async () => expect(await q.getActiveCount()).toBe(1))
    w.concurrency = 2
    go.resolve()
    await soon(async () => expect(await q.getCompletedCount()).toBe(4))
    expect(w.concurrency).toBe(2)
  })

  it('a worker that does not run by itself takes nothing until it is run', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done', { autorun: false })
    const job = await q.add('a', {})
    expect(w.isRunning()).toBe(false)
    const completed = heard(w, 'completed')
    const run = w.run()
    await completed
    expect(w.isRunning()).toBe(true)
    expect(await job.getState()).toBe('completed')
    await w.close()
    await run
    expect(w.isRunning()).toBe(false)
  })

  it('a worker cannot be run twice', async ({ queue, worker }) => {
    const w = worker(queue(), async () => 'done')
    await expect(w.run()).rejects.toThrow('Worker is already running.')
  })

  it('a worker without a processor cannot be run', async ({ queue, worker }) => {
    const w = worker(queue(), null, { autorun: false })
    await expect(w.run()).rejects.toThrow('No process function is defined.')
  })

  it('a worker tells each job that it starts', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done')
    const active = heard<[Job, string]>(w, 'active')
    const { id } = await q.add('a', {})
    const [job, prev] = await active
    expect([job.id, prev]).toEqual([id, 'waiting'])
  })

  it('a worker tells when there is nothing more to do', async ({ queue, worker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    const w = worker(q, async () => 'done')
    await heard(w, 'drained')
    expect(await q.getJobCounts('waiting', 'completed')).toEqual({ waiting: 0, completed: 3 })
  })

  it('a worker renews the locks of the jobs in its hands', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise, { lockDuration: 5000, lockRenewTime: 40 })
    const renewed = heard<[{ count: number; jobIds: string[] }]>(w, 'locksRenewed')
    await q.add('a', {})
    expect(await renewed).toEqual([{ count: 1, jobIds: ['1'] }])
    const completed = heard(w, 'completed')
    go.resolve()
    await completed
  })

  it('a worker tells when it lost the lock of a job', async ({ queue, worker, errors }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise, { lockDuration: 5000, lockRenewTime: 40 })
    const lost = heard(w, 'lockRenewalFailed')
    const active = heard(w, 'active')
    await q.add('a', {})
    await active
    await q.obliterate({ force: true })
    expect(await lost).toEqual([['1']])
    go.resolve()
    await soon(() => expect(errors.map((error) => error.message)).toContain('could not renew lock for job 1'))
    await w.close()
    errors.length = 0
  })

  it('a job that was started too often fails whatever attempts it has left', async ({ queue, worker, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 9 })
    const t = taker(q)
    for (const _ of [1, 2]) {
      const job = await t.take()
      await job.moveToWait(job.token)
    }
    const w = worker(q, async () => 'done', { maxStartedAttempts: 2 })
    const [job, error] = await heard<[Job, Error]>(w, 'failed')
    expect(error.message).toBe('job started more than allowable limit')
    expect(await job.getState()).toBe('failed')
  })

  it('a worker cannot be told to take none', async ({ queue, worker }) => {
    const w = worker(queue(), null, { autorun: false })
    expect(() => (w.concurrency = 0)).toThrow('concurrency must be a finite number greater than 0')
  })

  it('a worker without a connection is refused', async ({ classes, name }) => {
    expect(() => new classes.Worker(name(), null, { connection: undefined })).toThrow('Worker requires a connection')
  })
})
