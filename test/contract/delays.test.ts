import { DelayedError } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, heard, idOf, ids, soon, stored } from './desk.ts'

const LONG = 60_000

contract('delays', (it) => {
  it('a delayed job waits for its time', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    expect(await job.getState()).toBe('delayed')
    expect(await job.isDelayed()).toBe(true)
    expect((await stored(q, job.id)).delay).toBe(LONG)
    expect(await q.getDelayedCount()).toBe(1)
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a delayed job is taken once it is due, and not before', async ({ queue, taker }) => {
    const q = queue()
    const added = await q.add('a', {}, { delay: 30 })
    const t = taker(q)
    const job = await soon(() => t.take())
    expect(job.id).toBe(added.id)
    expect(job.processedOn ?? 0).toBeGreaterThanOrEqual(added.timestamp + 29)
    expect(job.delay).toBe(0)
  })

  it('the delay counts from the time given for the job', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { delay: 1000, timestamp: Date.now() - 2000 })
    expect((await taker(q).take()).name).toBe('a')
  })

  it('a delay of zero or less is none', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk([
      { name: 'a', data: {}, opts: { delay: 0 } },
      { name: 'a', data: {}, opts: { delay: -5 } },
    ])
    expect(await Promise.all(jobs.map((job) => job.getState()))).toEqual(['waiting', 'waiting'])
  })

  it('delayed jobs come in the order of their times', async ({ queue, taker }) => {
    const q = queue()
    const timestamp = Date.now() - 1000
    for (const delay of [30, 10, 20]) await q.add(`${delay}`, {}, { delay, timestamp })
    const t = taker(q)
    expect([(await t.take()).name, (await t.take()).name, (await t.take()).name]).toEqual(['10', '20', '30'])
  })

  it('delayed jobs of one time come in the order of adding', async ({ queue, taker }) => {
    const q = queue()
    const timestamp = Date.now() - 1000
    for (const jobId of ['c', 'a', 'b']) await q.add('a', {}, { delay: 10, timestamp, jobId })
    const t = taker(q)
    expect(ids([await t.take(), await t.take(), await t.take()])).toEqual(['c', 'a', 'b'])
  })

  it('delayed jobs are listed in the order of their times', async ({ queue }) => {
    const q = queue()
    for (const delay of [3, 1, 2]) await q.add('a', {}, { delay: delay * LONG, jobId: `j${delay}` })
    expect(ids(await q.getDelayed())).toEqual(['j1', 'j2', 'j3'])
    expect(ids(await q.getJobs(['delayed'], 0, -1, false))).toEqual(['j3', 'j2', 'j1'])
  })

  it('delayed jobs can be counted up to a time, which itself is not included', async ({ queue }) => {
    const q = queue()
    const timestamp = Date.now()
    for (const delay of [1, 2, 3]) await q.add('a', {}, { delay: delay * LONG, timestamp })
    expect(await q.getDelayedCount(timestamp + 2 * LONG)).toBe(1)
    expect(await q.getDelayedCount(timestamp + 2 * LONG + 1)).toBe(2)
    expect(await q.getDelayedCount(0)).toBe(0)
  })

  it('delayed jobs are not counted up to half a millisecond', async ({ queue }) => {
    await expect(queue().getDelayedCount(1.5)).rejects.toThrow('timestamp must be a safe integer in milliseconds')
  })

  it('a delayed job becomes a waiting one when it is promoted', async ({ queue, taker, history }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    await job.promote()
    expect(await job.getState()).toBe('waiting')
    expect(job.delay).toBe(0)
    expect((await stored(q, job.id)).delay).toBe(0)
    expect((await history(q)).at(-1)).toMatchObject({ event: 'waiting', jobId: '1', prev: 'delayed' })
    expect((await taker(q).take()).id).toBe('1')
  })

  it('only a delayed job can be promoted', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.promote()).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the delayed state. promote',
    })
  })

  it('a job that is not there cannot be promoted', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    await q.remove(idOf(job))
    await expect(job.promote()).rejects.toMatchObject({ code: -3 })
  })

  it('a delay can be made longer', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: 1 })
    await job.changeDelay(LONG)
    expect(job.delay).toBe(LONG)
    expect((await stored(q, job.id)).delay).toBe(LONG)
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a delay can be made shorter', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    await job.changeDelay(5)
    const t = taker(q)
    expect((await soon(() => t.take())).id).toBe(job.id)
  })

  it('a changed delay counts from now and is told with its time', async ({ queue, history }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG, timestamp: Date.now() - LONG / 2 })
    const before = Date.now()
    await job.changeDelay(LONG)
    const told = (await history(q)).at(-1)
    expect(told).toMatchObject({ event: 'delayed', jobId: '1' })
    expect(told?.['delay']).toBeGreaterThanOrEqual(before + LONG)
    expect(told?.['delay']).toBeLessThanOrEqual(Date.now() + LONG)
  })

  it('only the delay of a delayed job can be changed', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.changeDelay(5)).rejects.toMatchObject({
      code: -3,
      message: 'Job 1 is not in the delayed state. changeDelay',
    })
  })

  it('the delay of a job that is not there cannot be changed', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    await q.remove(idOf(job))
    await expect(job.changeDelay(5)).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. changeDelay',
    })
  })

  it('adding a delayed job is told with its time', async ({ queue, history }) => {
    const q = queue()
    const timestamp = Date.now()
    await q.add('a', {}, { delay: LONG, timestamp })
    expect(await history(q)).toMatchObject([
      { event: 'added', jobId: '1', name: 'a' },
      { event: 'delayed', jobId: '1', delay: timestamp + LONG },
    ])
  })

  it('a worker can put off the job in its hands', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q)
    const job = await t.take()
    await job.moveToDelayed(Date.now() + LONG, job.token)
    expect(await job.getState()).toBe('delayed')
    const later = await stored(q, job.id)
    expect(later.attemptsMade).toBe(0)
    expect(later.delay).toBeGreaterThan(LONG - 1000)
    expect(later.delay).toBeLessThanOrEqual(LONG)
    expect(await t.tryTake()).toBeUndefined()
  })

  it('a job put off to a time that is past can be taken at once', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q)
    const job = await t.take()
    await job.moveToDelayed(Date.now() - 100, job.token)
    expect((await t.take()).id).toBe(job.id)
  })

  it("a job in another's hands cannot be put off", async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await expect(job.moveToDelayed(Date.now() + LONG, 'other')).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToDelayed from active',
    })
    expect(await job.getState()).toBe('active')
  })

  it('a job in the hands of nobody cannot be put off', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await expect(job.moveToDelayed(Date.now() + LONG, 'token')).rejects.toMatchObject({
      code: -2,
      message: 'Missing lock for job 1. moveToDelayed',
    })
    expect(await job.getState()).toBe('waiting')
  })

  it('a job that is not there cannot be put off', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await q.obliterate({ force: true })
    await expect(job.moveToDelayed(Date.now() + LONG, job.token)).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. moveToDelayed',
    })
  })

  it('a processor that puts its job off gets it again, and no attempt is counted', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async (job, token) => {
      if (job.attemptsStarted > 1) return job.attemptsStarted
      await job.moveToDelayed(Date.now() + 20, token)
      throw new DelayedError()
    })
    const completed = heard(w, 'completed')
    const { id } = await q.add('a', {})
    await completed
    expect(await stored(q, id)).toMatchObject({ returnvalue: 2, attemptsMade: 1, attemptsStarted: 2 })
  })

  it('an idle worker wakes up for a delayed job', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done', { drainDelay: 100 })
    await w.waitUntilReady()
    const completed = heard(w, 'completed')
    const { id, timestamp } = await q.add('a', {}, { delay: 30 })
    await completed
    const job = await stored(q, id)
    expect(job.processedOn ?? 0).toBeGreaterThanOrEqual(timestamp + 29)
    expect(job.processedOn ?? 0).toBeLessThan(timestamp + 5000)
  })

  it('a worker that waits for a late job wakes up for one that is due earlier', async ({ queue, worker }) => {
    const q = queue()
    await q.add('late', {}, { delay: LONG })
    const w = worker(q, async () => 'done', { drainDelay: 100 })
    await heard(w, 'drained')
    const completed = heard<[{ name: string }]>(w, 'completed')
    await q.add('early', {}, { delay: 20 })
    expect((await completed)[0].name).toBe('early')
  })

  it('a worker that waits for a late job wakes up when it is promoted', async ({ queue, worker }) => {
    const q = queue()
    const job = await q.add('late', {}, { delay: LONG })
    const w = worker(q, async () => 'done', { drainDelay: 100 })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await job.promote()
    await completed
    expect(await job.getState()).toBe('completed')
  })

  it('a delayed job can be removed', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: LONG })
    await job.remove()
    expect(await q.getDelayedCount()).toBe(0)
    expect(await job.getState()).toBe('unknown')
  })

  it('the time goes on while the queue is paused', async ({ queue, taker }) => {
    const q = queue()
    await q.pause()
    await q.add('a', {}, { delay: 1000, timestamp: Date.now() - 2000 })
    const t = taker(q)
    expect(await t.tryTake()).toBeUndefined()
    await q.resume()
    await complete(await t.take())
    expect(await q.getCompletedCount()).toBe(1)
  })
})
