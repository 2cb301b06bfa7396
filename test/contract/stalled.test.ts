import type { Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, past, soon, stored, TOKEN, type Taker } from './desk.ts'

/** A taker whose hold on a job ends at once, as that of a worker that died. */
const DYING = { lockDuration: 1, stalledInterval: 1 }

/** One look for stalled jobs, after the pause that has to lie between two. */
async function look({ worker }: Taker): Promise<string[]> {
  await past(Date.now() + 2)
  return worker.getBackend().moveStalledJobsToWait()
}

/** The first look marks what may be stalled, the second finds what still is. */
async function findStalled(taker: Taker): Promise<string[]> {
  await look(taker)
  return look(taker)
}

contract('stalled', (it) => {
  it('a job of a dead worker waits again after the second look', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    expect(await look(t)).toEqual([])
    expect(await q.getJobState('1')).toBe('active')
    expect(await look(t)).toEqual(['1'])
    expect(await q.getJobState('1')).toBe('waiting')
    expect(await stored(q, '1')).toMatchObject({ stalledCounter: 1, attemptsMade: 0, attemptsStarted: 1 })
  })

  it('a stalled job can be taken and completed by another', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const dying = taker(q, DYING)
    await dying.take('dead')
    await findStalled(dying)
    const job = await taker(q).take('alive')
    expect(job).toMatchObject({ id: '1', attemptsStarted: 2, stalledCounter: 1 })
    await complete(job)
    expect(await job.getState()).toBe('completed')
  })

  it('a worker that comes back from the dead cannot end the job of another', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const dying = taker(q, DYING)
    const job = await dying.take('dead')
    await findStalled(dying)
    await taker(q).take('alive')
    await expect(complete(job)).rejects.toMatchObject({ code: -6 })
    expect(await job.getState()).toBe('active')
  })

  it('a stalled job is told', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    await findStalled(t)
    expect((await history(q)).slice(3)).toEqual([
      { event: 'waiting', jobId: '1', prev: 'active' },
      { event: 'stalled', jobId: '1' },
    ])
  })

  it('a stalled job waits in front of the others', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    await q.add('b', {})
    await findStalled(t)
    expect((await t.take()).name).toBe('a')
  })

  it('a stalled job with priority does not lose it', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { priority: 5 })
    const t = taker(q, DYING)
    await t.take()
    expect(await findStalled(t)).toEqual(['1'])
    expect(await t.take()).toMatchObject({ id: '1', priority: 5 })
  })

  it('a job whose lock lasts is not stalled', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { lockDuration: 60_000, stalledInterval: 1 })
    await t.take()
    expect(await findStalled(t)).toEqual([])
    expect(await look(t)).toEqual([])
    expect(await q.getJobState('1')).toBe('active')
  })

  it('a job whose lock is extended between two looks is not stalled', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { lockDuration: 60_000, stalledInterval: 1 })
    const job = await t.take()
    await look(t)
    await job.extendLock(TOKEN, 1)
    await past(Date.now() + 2)
    expect(await look(t)).toEqual([])
    expect(await look(t)).toEqual(['1'])
  })

  it('many locks extended between two looks keep their jobs from being stalled', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    const t = taker(q, { lockDuration: 60_000, stalledInterval: 1 })
    for (let n = 0; n < 3; n++) await t.take()
    await look(t)
    await t.worker.extendJobLocks(['1', '2', '3'], [TOKEN, 'other', TOKEN], 1)
    await past(Date.now() + 2)
    expect(await look(t)).toEqual([])
  })

  it('a job that ends between two looks is not stalled', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { lockDuration: 60_000, stalledInterval: 1 })
    const job = await t.take()
    await look(t)
    await complete(job)
    expect(await look(t)).toEqual([])
    expect(await job.getState()).toBe('completed')
  })

  it('a job that is taken between two looks is not stalled', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await look(t)
    await t.take()
    expect(await look(t)).toEqual([])
    expect(await look(t)).toEqual(['1'])
  })

  it('a look too soon after another, whoever took it, does nothing', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const calm = { lockDuration: 1, stalledInterval: 60_000 }
    const [one, other] = [taker(q, calm), taker(q, calm)]
    await one.take()
    expect(await look(one)).toEqual([])
    expect(await look(other)).toEqual([])
    expect(await look(one)).toEqual([])
    expect(await q.getJobState('1')).toBe('active')
  })

  it('looks at different queues do not hold one another up', async ({ queue, taker }) => {
    const [one, other] = [queue(), queue()]
    const calm = taker(one, { stalledInterval: 60_000 })
    await look(calm)
    await other.add('a', {})
    const t = taker(other, DYING)
    await t.take()
    expect(await findStalled(t)).toEqual(['1'])
  })

  it('all stalled jobs are found at once', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 20 }, () => ({ name: 'a', data: {} })))
    const t = taker(q, DYING)
    for (let n = 0; n < 20; n++) await t.take()
    expect(new Set(await findStalled(t)).size).toBe(20)
    expect(await q.getJobCounts('waiting', 'active')).toEqual({ waiting: 20, active: 0 })
  })

  it('a job that stalls more often than allowed fails when it is taken next', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 9 })
    const t = taker(q, { ...DYING, maxStalledCount: 1 })
    await t.take()
    await findStalled(t)
    await t.take()
    await findStalled(t)
    expect(await stored(q, '1')).toMatchObject({
      stalledCounter: 2,
      deferredFailure: 'job stalled more than allowable limit',
    })
    const w = worker(q, async () => 'never')
    const [job, error] = await heard<[Job, Error]>(w, 'failed')
    expect(error.message).toBe('job stalled more than allowable limit')
    expect(await job.getState()).toBe('failed')
    expect((await stored(q, '1')).failedReason).toBe('job stalled more than allowable limit')
  })

  it('a job that may not stall at all fails after the first time', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { ...DYING, maxStalledCount: 0 })
    await t.take()
    await findStalled(t)
    const [job] = await heard<[Job]>(
      worker(q, async () => 'never'),
      'failed',
    )
    expect(job).toMatchObject({ id: '1', failedReason: 'job stalled more than allowable limit' })
  })

  it('a job that failed for stalling can be tried again by hand', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { ...DYING, maxStalledCount: 0 })
    await t.take()
    await findStalled(t)
    const w = worker(q, async () => 'done')
    const [job] = await heard<[Job]>(w, 'failed')
    const completed = heard(w, 'completed')
    await job.retry()
    await completed
    expect((await stored(q, '1')).returnvalue).toBe('done')
  })

  it('a job of a scheduler may stall as often as it likes', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: 60_000 })
    const t = taker(q, { ...DYING, maxStalledCount: 0 })
    const { id } = await t.take()
    expect(await findStalled(t)).toEqual([id])
    expect((await stored(q, id)).deferredFailure).toBeUndefined()
  })

  it('a stalled job waits in a paused queue', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    await q.pause()
    expect(await findStalled(t)).toEqual(['1'])
    expect(await q.getJobState('1')).toBe('waiting')
    expect(await t.tryTake()).toBeUndefined()
  })

  it('a worker looks for stalled jobs by itself and completes them', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {})
    await taker(q, DYING).take()
    const w = worker(q, async () => 'rescued', { stalledInterval: 20 })
    const [stalled, completed] = await Promise.all([
      heard<[string, string]>(w, 'stalled'),
      heard<[Job, string]>(w, 'completed'),
    ])
    expect(stalled).toEqual(['1', 'active'])
    expect(completed[1]).toBe('rescued')
  })

  it('an idle worker is woken for a job that another found stalled', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    const w = worker(q, async () => 'rescued', { drainDelay: 60, skipStalledCheck: true })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await findStalled(t)
    await completed
    expect(await q.getJobState('1')).toBe('completed')
  })

  it('a worker that processes by hand can be told to look for stalled jobs', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, { lockDuration: 1, stalledInterval: 20 })
    await t.take()
    const stalled = heard(t.worker, 'stalled')
    await t.worker.startStalledCheckTimer()
    expect(await stalled).toEqual(['1', 'active'])
  })

  it('a worker that skips the look finds nothing', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q, DYING)
    await t.take()
    const w = worker(q, async () => 'done', { stalledInterval: 1, skipStalledCheck: true })
    await heard(w, 'drained')
    expect(await look(t)).toEqual([])
    expect(await q.getJobState('1')).toBe('active')
  })

  it('a failing job that stalled before counts its attempts as ever', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q, DYING)
    await t.take()
    await findStalled(t)
    const alive = taker(q)
    await fail(await alive.take())
    await soon(async () => expect(await q.getJobState('1')).toBe('waiting'))
    await fail(await alive.take())
    expect(await q.getJobState('1')).toBe('failed')
    expect(await stored(q, '1')).toMatchObject({ attemptsMade: 2, attemptsStarted: 3 })
  })
})
