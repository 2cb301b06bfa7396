import type { JobsOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, idOf, ids, soon, stored, type Queue, type Taker } from './desk.ts'

/** Adds jobs whose ids are their names, one after another. */
async function addAll(q: Queue, jobs: [name: string, options?: JobsOptions][]): Promise<void> {
  for (const [name, options] of jobs) await q.add(name, {}, options)
}

/** The names of the jobs in the order in which a worker gets them. */
async function takeAll(taker: Taker): Promise<string[]> {
  const names: string[] = []
  for (let job = await taker.tryTake(); job; job = await taker.tryTake()) names.push(job.name)
  return names
}

contract('order', (it) => {
  it('the first in is the first out', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b'], ['c']])
    expect(await takeAll(taker(q))).toEqual(['a', 'b', 'c'])
  })

  it('a lifo job goes in front of all that wait', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b', { lifo: true }], ['c'], ['d', { lifo: true }]])
    expect(await takeAll(taker(q))).toEqual(['d', 'b', 'a', 'c'])
  })

  it('jobs of one bulk come in the order of the bulk', async ({ queue, taker }) => {
    const q = queue()
    const names = Array.from({ length: 200 }, (_, n) => `job-${n}`)
    await q.addBulk(names.map((name) => ({ name, data: {} })))
    expect(await takeAll(taker(q))).toEqual(names)
  })

  it('the time given for a job does not change its place', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { timestamp: 3000 }],
      ['b', { timestamp: 1000 }],
      ['c', { timestamp: 2000 }],
    ])
    expect(await takeAll(taker(q))).toEqual(['a', 'b', 'c'])
  })

  it('the id of a job does not change its place', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { jobId: 'z' }],
      ['b', { jobId: 'a' }],
      ['c', { jobId: 'm' }],
    ])
    expect(await takeAll(taker(q))).toEqual(['a', 'b', 'c'])
  })

  it('a lower number of priority comes first', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 10 }],
      ['b', { priority: 1 }],
      ['c', { priority: 5 }],
    ])
    expect(await takeAll(taker(q))).toEqual(['b', 'c', 'a'])
  })

  it('jobs without priority come before those with one', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a', { priority: 1 }], ['b'], ['c', { priority: 0 }], ['d', { lifo: true }]])
    expect(await takeAll(taker(q))).toEqual(['d', 'b', 'c', 'a'])
  })

  it('jobs of one priority come in the order of adding', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 2 }],
      ['b', { priority: 1 }],
      ['c', { priority: 2 }],
      ['d', { priority: 1 }],
      ['e', { priority: 2 }],
    ])
    expect(await takeAll(taker(q))).toEqual(['b', 'd', 'a', 'c', 'e'])
  })

  it('priorities are numbers up to 2097151, not texts', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 2_097_151 }],
      ['b', { priority: 100_000 }],
      ['c', { priority: 9 }],
      ['d', { priority: 2_097_150 }],
    ])
    expect(await takeAll(taker(q))).toEqual(['c', 'b', 'd', 'a'])
  })

  it('the order of a bulk obeys the priorities in it', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk([
      { name: 'a', data: {}, opts: { priority: 3 } },
      { name: 'b', data: {} },
      { name: 'c', data: {}, opts: { priority: 1 } },
      { name: 'd', data: {}, opts: { priority: 3 } },
    ])
    expect(await takeAll(taker(q))).toEqual(['b', 'c', 'a', 'd'])
  })

  it('a job with priority is in the state "prioritized"', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { priority: 4 })
    expect(await job.getState()).toBe('prioritized')
    expect((await stored(q, job.id)).priority).toBe(4)
    expect(await q.getJobCounts('waiting', 'prioritized')).toEqual({ waiting: 0, prioritized: 1 })
    expect(await job.isWaiting()).toBe(false)
  })

  it('waiting jobs are counted per priority', async ({ queue }) => {
    const q = queue()
    await addAll(q, [['a'], ['b', { priority: 1 }], ['c', { priority: 3 }], ['d', { priority: 3 }], ['e']])
    expect(await q.getCountsPerPriority([0, 1, 2, 3, 3])).toEqual({ '0': 2, '1': 1, '2': 0, '3': 2 })
  })

  it('a waiting job can be given a priority', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b']])
    const job = await stored(q, '1')
    await job.changePriority({ priority: 5 })
    expect(job.priority).toBe(5)
    expect((await stored(q, '1')).priority).toBe(5)
    expect(await job.getState()).toBe('prioritized')
    expect(await takeAll(taker(q))).toEqual(['b', 'a'])
  })

  it('a priority can be changed and puts the job behind its equals', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 1 }],
      ['b', { priority: 5 }],
      ['c', { priority: 5 }],
    ])
    await (await stored(q, '1')).changePriority({ priority: 5 })
    expect(await takeAll(taker(q))).toEqual(['b', 'c', 'a'])
  })

  it('a changed priority with lifo puts the job before its equals', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 9 }],
      ['b', { priority: 5 }],
      ['c', { priority: 5 }],
      ['d', { priority: 1 }],
    ])
    await (await stored(q, '1')).changePriority({ priority: 5, lifo: true })
    expect(await takeAll(taker(q))).toEqual(['d', 'a', 'b', 'c'])
  })

  it('a job whose priority is taken away waits at the end of the line', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a', { priority: 1 }], ['b'], ['c']])
    const job = await stored(q, '1')
    await job.changePriority({ priority: 0 })
    expect(await job.getState()).toBe('waiting')
    expect(await takeAll(taker(q))).toEqual(['b', 'c', 'a'])
  })

  it('a job whose priority is taken away with lifo waits at the front', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a', { priority: 1 }], ['b'], ['c']])
    await (await stored(q, '1')).changePriority({ lifo: true })
    expect(await takeAll(taker(q))).toEqual(['a', 'b', 'c'])
  })

  it('a waiting job can be moved to the front and to the end', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b'], ['c'], ['d']])
    await (await stored(q, '3')).changePriority({ priority: 0, lifo: true })
    await (await stored(q, '1')).changePriority({ priority: 0 })
    expect(await takeAll(taker(q))).toEqual(['c', 'b', 'd', 'a'])
  })

  it('a priority given to a delayed job counts once it is due', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { delay: 60_000 }],
      ['b', { priority: 2 }],
      ['c', { priority: 4 }],
    ])
    const job = await stored(q, '1')
    await job.changePriority({ priority: 3 })
    expect(await job.getState()).toBe('delayed')
    await job.promote()
    expect(await takeAll(taker(q))).toEqual(['b', 'a', 'c'])
  })

  it('a priority given to an active job leaves it active', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await job.changePriority({ priority: 3 })
    expect(await job.getState()).toBe('active')
    expect((await stored(q, job.id)).priority).toBe(3)
  })

  it('the priority of a job that is not there cannot be changed', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await q.remove(idOf(job))
    await expect(job.changePriority({ priority: 1 })).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. changePriority',
    })
  })

  it('a job that is tried again waits behind the others', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a', { attempts: 2 }], ['b']])
    const t = taker(q)
    await fail(await t.take())
    expect(await takeAll(t)).toEqual(['b', 'a'])
  })

  it('a lifo job that is tried again waits in front of the others', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['b'], ['a', { attempts: 2, lifo: true }]])
    const t = taker(q)
    await fail(await t.take())
    expect(await takeAll(t)).toEqual(['a', 'b'])
  })

  it('a job with priority that is tried again keeps it and waits behind its equals', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 1, attempts: 2 }],
      ['b', { priority: 1 }],
      ['c', { priority: 2 }],
    ])
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    expect(await job.getState()).toBe('prioritized')
    expect(await takeAll(t)).toEqual(['b', 'a', 'c'])
  })

  it('a job that a worker gives back waits in front', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b']])
    const t = taker(q)
    const job = await t.take()
    await job.moveToWait(job.token)
    expect(await job.getState()).toBe('waiting')
    expect(await takeAll(t)).toEqual(['a', 'b'])
  })

  it('a job with priority that a worker gives back waits in front of its equals', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { priority: 2 }],
      ['b', { priority: 2 }],
    ])
    const t = taker(q)
    const job = await t.take()
    await q.add('c', {}, { priority: 1 })
    await job.moveToWait(job.token)
    expect(await job.getState()).toBe('prioritized')
    expect(await takeAll(t)).toEqual(['c', 'a', 'b'])
  })

  it('a promoted job waits behind the others', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a', { delay: 60_000 }], ['b']])
    await (await stored(q, '1')).promote()
    expect(await takeAll(taker(q))).toEqual(['b', 'a'])
  })

  it('a promoted job with priority takes its place by priority', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { delay: 60_000, priority: 2 }],
      ['b', { priority: 1 }],
      ['c', { priority: 3 }],
    ])
    const job = await stored(q, '1')
    await job.promote()
    expect(await job.getState()).toBe('prioritized')
    expect(await takeAll(taker(q))).toEqual(['b', 'a', 'c'])
  })

  it('a failed job that is retried by hand waits behind the others', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['a'], ['b']])
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    await job.retry()
    expect(await takeAll(t)).toEqual(['b', 'a'])
  })

  it('a failed lifo job that is retried by hand waits in front', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [['b'], ['a', { lifo: true }]])
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    await job.retry()
    expect(await takeAll(t)).toEqual(['a', 'b'])
  })

  it('a delayed job that is due takes its place by priority', async ({ queue, taker }) => {
    const q = queue()
    await addAll(q, [
      ['a', { delay: 10, priority: 2 }],
      ['b', { priority: 3 }],
    ])
    const t = taker(q)
    const first = await t.take()
    // It was taken either because the delay was over or because it was not: both is right.
    const other = await soon(() => t.take())
    expect([first.name, other.name].toSorted()).toEqual(['a', 'b'])
    expect(other.priority).toBe(first.name === 'a' ? 3 : 2)
  })

  it('what is taken while more is added is still the oldest', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await addAll(q, [['a'], ['b']])
    await complete(await t.take())
    await addAll(q, [['c']])
    expect(await takeAll(t)).toEqual(['b', 'c'])
    expect(ids(await q.getActive())).toEqual(['2', '3'])
  })
})
