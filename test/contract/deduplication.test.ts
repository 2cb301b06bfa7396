import type { DeduplicationOptions, JobsOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, idOf, ids, past, soon, stored } from './desk.ts'

const LONG = 60_000
const once = (more: Omit<DeduplicationOptions, 'id'> = {}, options: JobsOptions = {}): JobsOptions => ({
  ...options,
  deduplication: { id: 'd', ...more },
})

contract('deduplication', (it) => {
  it('a second job of the id is not added while the first waits', async ({ queue }) => {
    const q = queue()
    const first = await q.add('a', { n: 1 }, once())
    const second = await q.add('a', { n: 2 }, once())
    expect(second.id).toBe(first.id)
    expect(await q.count()).toBe(1)
    expect((await stored(q, first.id)).data).toEqual({ n: 1 })
    expect((await stored(q, first.id)).deduplicationId).toBe('d')
  })

  it('it is told which job took the place of which', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {}, once({}, { jobId: 'first' }))
    await q.add('a', {}, once({}, { jobId: 'second' }))
    expect((await history(q)).at(-1)).toEqual({
      event: 'deduplicated',
      jobId: 'first',
      deduplicationId: 'd',
      deduplicatedJobId: 'second',
    })
  })

  it('a second job is not added while the first is active', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once())
    await taker(q).take()
    expect((await q.add('a', {}, once())).id).toBe('1')
    expect(await q.count()).toBe(0)
  })

  it('a second job is not added while the first is delayed', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({}, { delay: LONG }))
    expect((await q.add('a', {}, once())).id).toBe('1')
    expect(await q.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 })
  })

  it('a second job is not added while the first waits for its next attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once({}, { attempts: 2, backoff: LONG }))
    await fail(await taker(q).take())
    expect((await q.add('a', {}, once())).id).toBe('1')
  })

  it('a new job is added once the first has completed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once())
    await complete(await taker(q).take())
    const second = await q.add('a', { n: 2 }, once())
    expect(second.id).not.toBe('1')
    expect((await stored(q, second.id)).data).toEqual({ n: 2 })
  })

  it('a new job is added once the first has failed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once())
    await fail(await taker(q).take())
    expect((await q.add('a', {}, once())).id).not.toBe('1')
  })

  it('a new job is added once the first, which does not stay, has completed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once({}, { removeOnComplete: true }))
    await complete(await taker(q).take())
    expect((await q.add('a', {}, once())).id).not.toBe('1')
  })

  it('a new job is added once the first is removed', async ({ queue }) => {
    const q = queue()
    const first = await q.add('a', {}, once())
    await first.remove()
    expect((await q.add('a', {}, once())).id).not.toBe('1')
    expect(await q.count()).toBe(1)
  })

  it('a new job is added once the queue is drained', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once())
    await q.drain()
    expect((await q.add('a', {}, once())).id).not.toBe('1')
    expect(await q.count()).toBe(1)
  })

  it('a new job is added once the first is cleaned away', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once())
    await past(Date.now())
    await q.clean(0, 10, 'wait')
    await q.add('a', { n: 2 }, once())
    expect((await q.getWaiting()).map(({ data }) => data)).toEqual([{ n: 2 }])
  })

  it('a new job is added once the queue is obliterated', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once())
    await q.obliterate()
    await q.add('a', { n: 2 }, once())
    expect((await q.getWaiting()).map(({ data }) => data)).toEqual([{ n: 2 }])
  })

  it('different ids do not disturb one another', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, { deduplication: { id: 'one' } })
    await q.add('a', {}, { deduplication: { id: 'other' } })
    await q.add('a', {})
    expect(await q.count()).toBe(3)
  })

  it('one id in two queues is two', async ({ queue }) => {
    const [one, other] = [queue(), queue()]
    await one.add('a', {}, once())
    await other.add('a', {}, once())
    expect(await other.count()).toBe(1)
  })

  it('the id may be any text', async ({ queue }) => {
    const q = queue()
    for (const id of ['a:b:c', "O'Hara", 'ключ 😀', '__proto__', '*', '42']) {
      await q.add('a', {}, { deduplication: { id } })
      const again = await q.add('a', {}, { deduplication: { id } })
      expect(await q.getDeduplicationJobId(id)).toBe(again.id)
    }
    expect(await q.count()).toBe(6)
  })

  it('jobs with priority are deduplicated', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({}, { priority: 2 }))
    expect((await q.add('a', {}, once({}, { priority: 1 }))).id).toBe('1')
    expect(await q.getPrioritizedCount()).toBe(1)
    expect((await stored(q, '1')).priority).toBe(2)
  })

  it('jobs of one bulk are deduplicated', async ({ queue }) => {
    const q = queue()
    const jobs = await q.addBulk([
      { name: 'a', data: 1, opts: once() },
      { name: 'a', data: 2, opts: once() },
      { name: 'a', data: 3 },
    ])
    expect(jobs[1]?.id).toBe(jobs[0]?.id)
    expect((await q.getWaiting()).map(({ data }) => data)).toEqual([1, 3])
  })

  it('of jobs added at the same time one is', async ({ queue }) => {
    const q = queue()
    const jobs = await Promise.all(Array.from({ length: 20 }, (_, n) => q.add('a', { n }, once())))
    expect(new Set(ids(jobs)).size).toBe(1)
    expect(await q.count()).toBe(1)
  })

  it('it can be asked which job holds an id', async ({ queue, taker }) => {
    const q = queue()
    expect(await q.getDeduplicationJobId('d')).toBeNull()
    await q.add('a', {}, once())
    expect(await q.getDeduplicationJobId('d')).toBe('1')
    expect(await q.getDebounceJobId('d')).toBe('1')
    await complete(await taker(q).take())
    expect(await q.getDeduplicationJobId('d')).toBeNull()
  })

  it('the id can be freed through the queue', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once())
    expect(await q.removeDeduplicationKey('d')).toBe(1)
    expect(await q.removeDeduplicationKey('d')).toBe(0)
    await q.add('a', {}, once())
    expect(await q.count()).toBe(2)
    expect(await q.removeDebounceKey('d')).toBe(1)
  })

  it('the id can be freed through the job that holds it, and no other', async ({ queue }) => {
    const q = queue()
    const first = await q.add('a', {}, once())
    await q.removeDeduplicationKey('d')
    const second = await q.add('a', {}, once())
    expect(await first.removeDeduplicationKey()).toBe(false)
    expect(await second.removeDeduplicationKey()).toBe(true)
    expect(await second.removeDeduplicationKey()).toBe(false)
    expect(await (await q.add('b', {})).removeDeduplicationKey()).toBe(false)
  })

  it('the end of a job that no longer holds the id does not free it', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once())
    const first = await taker(q).take()
    await q.removeDeduplicationKey('d')
    const second = await q.add('a', {}, once())
    await complete(first)
    expect(await q.getDeduplicationJobId('d')).toBe(second.id)
  })

  it('removing a job that no longer holds the id does not free it', async ({ queue }) => {
    const q = queue()
    const first = await q.add('a', {}, once())
    await q.removeDeduplicationKey('d')
    const second = await q.add('a', {}, once())
    await first.remove()
    expect(await q.getDeduplicationJobId('d')).toBe(second.id)
  })

  it('with a time a second job is not added for so long, even if the first is done', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once({ ttl: LONG }))
    await complete(await taker(q).take())
    expect((await q.add('a', {}, once({ ttl: LONG }))).id).toBe('1')
    expect(await q.count()).toBe(0)
  })

  it('with a time a new job is added when it is over, even if the first still waits', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({ ttl: 30 }))
    await soon(async () => expect(await q.getDeduplicationJobId('d')).toBeNull())
    const second = await q.add('a', {}, once({ ttl: LONG }))
    expect(second.id).not.toBe('1')
    expect(await q.count()).toBe(2)
  })

  it('a second job does not make the time longer', async ({ queue }) => {
    const q = queue()
    const started = Date.now()
    await q.add('a', {}, once({ ttl: 100 }))
    await soon(async () => {
      await q.add('a', {}, once({ ttl: 100 }))
      expect(await q.count()).toBe(2)
    })
    expect(Date.now() - started).toBeGreaterThanOrEqual(100)
  })

  it('removing the first job frees the id before its time is over', async ({ queue }) => {
    const q = queue()
    const first = await q.add('a', {}, once({ ttl: LONG }))
    await first.remove()
    expect((await q.add('a', {}, once({ ttl: LONG }))).id).not.toBe('1')
  })

  it('extending makes the time start anew with every further job', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({ ttl: 300, extend: true }))
    await q.add('a', {}, once({ ttl: LONG, extend: true }))
    await past(Date.now() + 300)
    expect(await q.getDeduplicationJobId('d')).toBe('1')
    expect((await q.add('a', {}, once({ ttl: LONG, extend: true }))).id).toBe('1')
  })

  it('extending is told as a deduplication', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {}, once({ ttl: LONG, extend: true }, { jobId: 'first' }))
    await q.add('a', {}, once({ ttl: LONG, extend: true }, { jobId: 'second' }))
    expect((await history(q)).at(-1)).toEqual({
      event: 'deduplicated',
      jobId: 'first',
      deduplicationId: 'd',
      deduplicatedJobId: 'second',
    })
  })

  it('replacing puts the new job in the place of a delayed one', async ({ queue }) => {
    const q = queue()
    await q.add('a', { n: 1 }, once({ replace: true }, { delay: LONG }))
    const second = await q.add('b', { n: 2 }, once({ replace: true }, { delay: LONG }))
    expect(second.id).not.toBe('1')
    expect(await q.getJob('1')).toBeUndefined()
    expect((await q.getDelayed()).map(({ name, data }) => [name, data])).toEqual([['b', { n: 2 }]])
    expect(await q.getDeduplicationJobId('d')).toBe(second.id)
  })

  it('replacing is told as a removal and a deduplication', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {}, once({ replace: true }, { delay: LONG, jobId: 'old' }))
    await q.add('a', {}, once({ replace: true }, { delay: LONG, jobId: 'new' }))
    const told = await history(q)
    expect(told).toContainEqual({ event: 'removed', jobId: 'old', prev: 'delayed' })
    expect(told).toContainEqual({
      event: 'deduplicated',
      jobId: 'new',
      deduplicationId: 'd',
      deduplicatedJobId: 'old',
    })
  })

  it('replacing leaves a job alone that is not delayed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, once({ replace: true }))
    expect((await q.add('a', { n: 2 }, once({ replace: true }, { delay: LONG }))).id).toBe('1')
    await taker(q).take()
    expect((await q.add('a', { n: 3 }, once({ replace: true }, { delay: LONG }))).id).toBe('1')
    expect((await stored(q, '1')).data).toEqual({ n: 1 })
    expect(await q.count()).toBe(0)
  })

  it('replacing keeps the time of the first job', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({ replace: true, ttl: 300 }, { delay: LONG }))
    const second = await q.add('a', {}, once({ replace: true, ttl: LONG }, { delay: LONG }))
    expect(await q.getDeduplicationJobId('d')).toBe(second.id)
    await soon(async () => expect(await q.getDeduplicationJobId('d')).toBeNull())
    await q.add('a', {}, once({ replace: true }, { delay: LONG }))
    expect(await q.getDelayedCount()).toBe(2)
  })

  it('replacing and extending makes the time start anew', async ({ queue }) => {
    const q = queue()
    const more = { replace: true, extend: true }
    await q.add('a', {}, once({ ...more, ttl: 300 }, { delay: LONG }))
    const second = await q.add('a', {}, once({ ...more, ttl: LONG }, { delay: LONG }))
    await past(Date.now() + 300)
    expect(await q.getDeduplicationJobId('d')).toBe(second.id)
  })

  it('rescheduling gives the delayed job the delay of the new one', async ({ queue }) => {
    const q = queue()
    await q.add('a', { n: 1 }, once({ reschedule: true }, { delay: LONG }))
    const again = await q.add('a', { n: 2 }, once({ reschedule: true }, { delay: 2 * LONG }))
    expect(again.id).toBe('1')
    expect(await stored(q, '1')).toMatchObject({ delay: 2 * LONG, data: { n: 1 } })
    expect(await q.getDelayedCount(Date.now() + LONG + 10_000)).toBe(0)
    expect(await q.getDelayedCount(Date.now() + 2 * LONG + 10_000)).toBe(1)
  })

  it('rescheduling without a delay makes the job due', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once({ reschedule: true }, { delay: LONG }))
    await q.add('a', {}, once({ reschedule: true }))
    const t = taker(q)
    expect((await soon(() => t.take())).id).toBe('1')
  })

  it('rescheduling leaves a job alone that is not delayed', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, once({ reschedule: true }))
    await q.add('a', {}, once({ reschedule: true }, { delay: LONG }))
    expect(await q.getJobState('1')).toBe('waiting')
  })

  const keep = (options: JobsOptions = {}) => once({ keepLastIfActive: true }, options)

  it('keeping the last adds nothing while the first waits', async ({ queue }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep())
    expect((await q.add('a', { n: 2 }, keep())).id).toBe('1')
    expect(await q.count()).toBe(1)
    expect((await stored(q, '1')).data).toEqual({ n: 1 })
  })

  it('keeping the last adds the last one when the active job completes', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep())
    const t = taker(q)
    const job = await t.take()
    await q.add('b', { n: 2 }, keep())
    await q.add('c', { n: 3 }, keep())
    expect(await q.count()).toBe(0)
    await complete(job)
    expect(await q.count()).toBe(1)
    const next = await t.take()
    expect(next).toMatchObject({ name: 'c', data: { n: 3 }, deduplicationId: 'd' })
    expect(next.id).not.toBe('1')
    await complete(next)
    expect(await t.tryTake()).toBeUndefined()
    expect(await q.getDeduplicationJobId('d')).toBeNull()
  })

  it('keeping the last adds the last one when the active job fails', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep())
    const t = taker(q)
    const job = await t.take()
    await q.add('a', { n: 2 }, keep())
    await fail(job)
    expect((await t.take()).data).toEqual({ n: 2 })
  })

  it('keeping the last adds nothing while the failed job has attempts left', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep({ attempts: 2 }))
    const t = taker(q)
    const job = await t.take()
    await q.add('a', { n: 2 }, keep())
    await fail(job)
    expect(await q.count()).toBe(1)
    await complete(await t.take())
    expect((await t.take()).data).toEqual({ n: 2 })
  })

  it('the job that was kept has its own id and options', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep())
    const job = await taker(q).take()
    await q.add('a', { n: 2 }, keep({ jobId: 'kept', priority: 3, attempts: 4 }))
    expect(await q.getJob('kept')).toBeUndefined()
    await complete(job)
    expect(await stored(q, 'kept')).toMatchObject({ data: { n: 2 }, priority: 3, opts: { attempts: 4 } })
    expect(await q.getJobState('kept')).toBe('prioritized')
    expect(await q.getDeduplicationJobId('d')).toBe('kept')
  })

  it('the job that was kept is delayed if it says so', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', { n: 1 }, keep())
    const job = await taker(q).take()
    await q.add('a', { n: 2 }, keep({ jobId: 'kept', delay: LONG }))
    await complete(job)
    expect(await q.getJobState('kept')).toBe('delayed')
  })

  it('keeping the last is told as a deduplication and later as an added job', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', {}, keep({ jobId: 'first' }))
    const job = await taker(q).take()
    await q.add('a', {}, keep({ jobId: 'kept' }))
    const before = await history(q)
    expect(before.at(-1)).toEqual({
      event: 'deduplicated',
      jobId: 'first',
      deduplicationId: 'd',
      deduplicatedJobId: 'kept',
    })
    await complete(job)
    const told = (await history(q)).slice(before.length)
    expect(told).toContainEqual({ event: 'added', jobId: 'kept', name: 'a' })
    expect(told).toContainEqual({ event: 'waiting', jobId: 'kept' })
  })

  it('keeping the last takes no notice of a time', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, once({ keepLastIfActive: true, ttl: 10 }))
    const t = taker(q)
    const job = await t.take()
    await past(Date.now() + 15)
    await q.add('a', { n: 2 }, once({ keepLastIfActive: true, ttl: 10 }))
    expect(await q.count()).toBe(0)
    await complete(job)
    expect((await t.take()).data).toEqual({ n: 2 })
  })

  it('removing the job that waits forgets what was kept', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, keep({ attempts: 2, backoff: LONG }))
    const job = await taker(q).take()
    await q.add('a', {}, keep())
    await fail(job)
    await q.remove(idOf(job))
    expect(await q.count()).toBe(0)
    await q.add('a', { n: 3 }, keep())
    expect((await q.getWaiting()).map(({ data }) => data)).toEqual([{ n: 3 }])
  })
})
