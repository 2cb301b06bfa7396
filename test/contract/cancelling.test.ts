import { UnrecoverableError, type Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { heard, soon, type Desk } from './desk.ts'

/** A processor that goes on until it is told to stop, and says why. */
const untilCancelled = (_job: Job, _token?: string, signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error(`cancelled: ${signal.reason}`)))
  })

async function active({ queue, worker }: Desk, count: number, options = {}) {
  const q = queue({ defaultJobOptions: options })
  const w = worker(q, untilCancelled, { concurrency: count })
  await q.addBulk(Array.from({ length: count }, () => ({ name: 'a', data: {} })))
  await soon(async () => expect(await q.getActiveCount()).toBe(count))
  await soon(() => expect(w.cancelJob('nobody')).toBe(false))
  return { q, w }
}

contract('cancelling', (it) => {
  it('an active job hears that it is cancelled, and why', async (desk) => {
    const { q, w } = await active(desk, 1)
    const failed = heard<[Job, Error]>(w, 'failed')
    await soon(() => expect(w.cancelJob('1', 'no longer wanted')).toBe(true))
    expect((await failed)[1].message).toBe('cancelled: no longer wanted')
    expect(await q.getJobState('1')).toBe('failed')
  })

  it('one job is cancelled and the others go on', async (desk) => {
    const { q, w } = await active(desk, 3)
    const failed = heard<[Job]>(w, 'failed')
    await soon(() => expect(w.cancelJob('2')).toBe(true))
    expect((await failed)[0].id).toBe('2')
    expect(await q.getActiveCount()).toBe(2)
    w.cancelAllJobs()
    await soon(async () => expect(await q.getFailedCount()).toBe(3))
  })

  it('all active jobs can be cancelled at once', async (desk) => {
    const { q, w } = await active(desk, 3)
    await soon(() => expect(w.cancelJob('3', 'all')).toBe(true))
    w.cancelAllJobs('all')
    await soon(async () => expect(await q.getFailedCount()).toBe(3))
    expect(new Set((await q.getFailed()).map(({ failedReason }) => failedReason))).toEqual(new Set(['cancelled: all']))
  })

  it('a cancelled job with attempts left is tried again', async (desk) => {
    const { q, w } = await active(desk, 1, { attempts: 2, backoff: 60_000 })
    const failed = heard(w, 'failed')
    await soon(() => expect(w.cancelJob('1')).toBe(true))
    await failed
    expect(await q.getJobState('1')).toBe('delayed')
  })

  it('a cancelled job can decide not to be tried again', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(
      q,
      (_job, _token, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new UnrecoverableError('stopped')))
        }),
    )
    const isActive = heard(w, 'active')
    await q.add('a', {}, { attempts: 5 })
    await isActive
    const failed = heard(w, 'failed')
    await soon(() => expect(w.cancelJob('1')).toBe(true))
    await failed
    expect(await q.getJobState('1')).toBe('failed')
  })

  it('a job that takes no notice completes', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<string>()
    const w = worker(q, (_job, _token, _signal) => go.promise)
    const isActive = heard(w, 'active')
    await q.add('a', {})
    await isActive
    await soon(() => expect(w.cancelJob('1')).toBe(true))
    const completed = heard(w, 'completed')
    go.resolve('done all the same')
    await completed
    expect(await q.getJobState('1')).toBe('completed')
  })

  it('a job that is not in the hands of the worker cannot be cancelled', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, untilCancelled, { autorun: false })
    await q.add('a', {})
    expect(w.cancelJob('1')).toBe(false)
    expect(await q.getJobState('1')).toBe('waiting')
  })

  it('a job that is done cannot be cancelled', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async (_job, _token, _signal) => 'done')
    const completed = heard(w, 'completed')
    await q.add('a', {})
    await completed
    await soon(() => expect(w.cancelJob('1')).toBe(false))
  })

  it('a processor that does not ask for the signal cannot be cancelled', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, (_job) => go.promise)
    const isActive = heard(w, 'active')
    await q.add('a', {})
    await isActive
    expect(w.cancelJob('1')).toBe(false)
    const completed = heard(w, 'completed')
    go.resolve()
    await completed
  })
})
