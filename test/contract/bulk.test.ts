import { contract, expect } from './contract.ts'
import { complete, fail, heard, ids, past, soon, stored, type Queue, type Taker } from './desk.ts'

const LONG = 60_000

async function finish(q: Queue, t: Taker, end: typeof complete | typeof fail, count: number): Promise<void> {
  await q.addBulk(Array.from({ length: count }, () => ({ name: 'a', data: {} })))
  for (let n = 0; n < count; n++) await end(await t.take())
}

contract('bulk', (it) => {
  it('all failed jobs can be retried at once', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q), fail, 5)
    await q.retryJobs()
    expect(await q.getJobCounts('failed', 'waiting')).toEqual({ failed: 0, waiting: 5 })
    const job = await stored(q, '3')
    expect([job.failedReason, job.finishedOn, job.processedOn]).toEqual(Array.from({ length: 3 }))
    expect(await job.getState()).toBe('waiting')
  })

  it('all failed jobs can be retried in small steps', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q), fail, 7)
    await q.retryJobs({ count: 2 })
    expect(await q.getJobCounts('failed', 'waiting')).toEqual({ failed: 0, waiting: 7 })
  })

  it('retried jobs come in the order in which they failed', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    for (const name of ['a', 'b', 'c']) {
      await q.add(name, {})
      const job = await t.take()
      await fail(job)
      await past(job.finishedOn ?? 0)
    }
    await q.retryJobs()
    expect([(await t.take()).name, (await t.take()).name, (await t.take()).name]).toEqual(['a', 'b', 'c'])
  })

  it('only jobs that failed until a certain time are retried', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await finish(q, t, fail, 1)
    const { finishedOn } = await stored(q, '1')
    await past(finishedOn ?? 0)
    await finish(q, t, fail, 1)
    await q.retryJobs({ timestamp: finishedOn ?? 0 })
    expect(ids(await q.getWaiting())).toEqual(['1'])
    expect(ids(await q.getFailed())).toEqual(['2'])
  })

  it('completed jobs can be done again at once', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await finish(q, t, complete, 3)
    await finish(q, t, fail, 1)
    await q.retryJobs({ state: 'completed' })
    expect(await q.getJobCounts('completed', 'failed', 'waiting')).toEqual({ completed: 0, failed: 1, waiting: 3 })
    expect((await stored(q, '1')).returnvalue).toBeNull()
  })

  it('retrying is told for every job', async ({ queue, taker, history }) => {
    const q = queue()
    await finish(q, taker(q), fail, 2)
    await q.retryJobs()
    expect((await history(q)).slice(-2)).toEqual([
      { event: 'waiting', jobId: '1', prev: 'failed' },
      { event: 'waiting', jobId: '2', prev: 'failed' },
    ])
  })

  it('retrying keeps the count of attempts', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q), fail, 1)
    await q.retryJobs()
    expect((await stored(q, '1')).attemptsMade).toBe(1)
  })

  it('an idle worker is woken for retried jobs', async ({ queue, taker, worker }) => {
    const q = queue()
    await finish(q, taker(q), fail, 3)
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    await q.retryJobs()
    await soon(async () => expect(await q.getCompletedCount()).toBe(3))
  })

  it('retrying in a paused queue lets the jobs wait', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await finish(q, t, fail, 2)
    await q.pause()
    await q.retryJobs()
    expect(await q.getFailedCount()).toBe(0)
    expect(await t.tryTake()).toBeUndefined()
    await q.resume()
    expect(await t.tryTake()).toBeDefined()
  })

  it('where nothing failed nothing is retried', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, { delay: LONG })
    await q.retryJobs()
    expect(await q.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 })
  })

  it('all delayed jobs can be promoted at once', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {}, opts: { delay: LONG } })))
    await q.promoteJobs()
    expect(await q.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 5, delayed: 0 })
    expect(await taker(q).tryTake()).toBeDefined()
  })

  it('all delayed jobs can be promoted in small steps', async ({ queue }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {}, opts: { delay: LONG } })))
    await q.promoteJobs({ count: 2 })
    expect(await q.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 5, delayed: 0 })
  })

  it('promoted jobs come in the order of their times', async ({ queue, taker }) => {
    const q = queue()
    for (const n of [3, 1, 2]) await q.add(`${n}`, {}, { delay: n * LONG })
    await q.promoteJobs()
    const t = taker(q)
    expect([(await t.take()).name, (await t.take()).name, (await t.take()).name]).toEqual(['1', '2', '3'])
  })

  it('promoting is told for every job', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {}, { delay: LONG })
    await q.promoteJobs()
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting', jobId: '1', prev: 'delayed' })
  })

  it('an idle worker is woken for promoted jobs', async ({ queue, worker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {}, opts: { delay: LONG } })))
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    await q.promoteJobs()
    await soon(async () => expect(await q.getCompletedCount()).toBe(3))
  })
})
