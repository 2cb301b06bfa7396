import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, past, stored, TOKEN } from './desk.ts'

const LONG = 60_000

contract('removal', (it) => {
  it('a waiting job is removed', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {})
    expect(await q.remove(idOf(job))).toBe(1)
    expect(await q.getJob('1')).toBeUndefined()
    expect(await q.count()).toBe(0)
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a job is removed from every state but one', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.add('completed', {})
    await complete(await t.take())
    await q.add('failed', {})
    await fail(await t.take())
    await q.add('delayed', {}, { delay: LONG })
    await q.add('prioritized', {}, { priority: 1 })
    for (const id of ['1', '2', '3', '4']) expect(await q.remove(id)).toBe(1)
    expect(Object.values(await q.getJobCounts())).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  it('an active job is not removed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    expect(await q.remove('1')).toBe(0)
    await expect(job.remove()).rejects.toThrow('Job 1 could not be removed because it is locked by another worker')
    expect(await job.getState()).toBe('active')
  })

  it('an active job that nobody holds any more is removed', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await taker(q, { lockDuration: 1 }).take()
    await past(Date.now() + 2)
    expect(await q.remove('1')).toBe(1)
    expect(await q.getActiveCount()).toBe(0)
  })

  it('removing a job that is not there does no harm', async ({ queue, history }) => {
    const q = queue()
    expect(await q.remove('nobody')).toBe(1)
    expect(await history(q)).toEqual([])
  })

  it('a removed job is told by the queue object that removed it', async ({ queue }) => {
    const q = queue()
    const [one, other] = [await q.add('a', {}), await q.add('a', {})]
    const byId = heard(q, 'removed')
    await q.remove(idOf(one))
    expect(await byId).toEqual(['1'])
    const byJob = heard(q, 'removed')
    await other.remove()
    expect(await byJob).toEqual([other])
  })

  it('a job removed from the middle of the line leaves the others in order', async ({ queue, taker }) => {
    const q = queue()
    for (const name of ['a', 'b', 'c']) await q.add(name, {})
    await q.remove('2')
    const t = taker(q)
    expect([(await t.take()).name, (await t.take()).name]).toEqual(['a', 'c'])
  })

  it('draining removes what waits, with priority or without', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    await q.add('a', {}, { priority: 2 })
    await q.drain()
    expect(await q.count()).toBe(0)
    expect(await q.getJob('1')).toBeUndefined()
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('draining leaves delayed jobs unless it is told otherwise', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, { delay: LONG })
    await q.drain()
    expect(await q.getDelayedCount()).toBe(1)
    await q.drain(true)
    expect(await q.getDelayedCount()).toBe(0)
    expect(await q.getJob('1')).toBeUndefined()
  })

  it('draining leaves active, completed and failed jobs', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await fail(await t.take())
    await t.take()
    await q.drain(true)
    expect(await q.getJobCounts('active', 'completed', 'failed', 'waiting')).toEqual({
      active: 1,
      completed: 1,
      failed: 1,
      waiting: 0,
    })
  })

  it('draining empties a paused queue and leaves it paused', async ({ queue }) => {
    const q = queue()
    await q.pause()
    await q.add('a', {})
    await q.drain()
    expect(await q.getWaiting()).toEqual([])
    expect(await q.isPaused()).toBe(true)
  })

  it('draining leaves the next job of a scheduler', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { pattern: '0 0 1 1 *' })
    await q.add('a', {}, { delay: LONG })
    await q.drain(true)
    expect((await q.getDelayed()).map(({ name }) => name)).toEqual(['s'])
  })

  it('draining an empty queue does no harm', async ({ queue }) => {
    const q = queue()
    await q.drain(true)
    expect(await q.count()).toBe(0)
  })

  it('cleaning removes the completed jobs of a certain age and says which', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await complete(await t.take())
    await fail(await t.take())
    await past(Date.now())
    expect(await q.clean(LONG, 100)).toEqual([])
    expect((await q.clean(0, 100)).toSorted()).toEqual(['1', '2'])
    expect(await q.getJobCounts('completed', 'failed')).toEqual({ completed: 0, failed: 1 })
    expect(await q.getJob('1')).toBeUndefined()
  })

  it('cleaning removes failed jobs when it is told to', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 2 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await fail(await t.take())
    await past(Date.now())
    expect(await q.clean(0, 100, 'failed')).toEqual(['2'])
    expect(await q.getJobCounts('completed', 'failed')).toEqual({ completed: 1, failed: 0 })
  })

  it('cleaning removes no more jobs than it is told to, the oldest first', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 4; n++) {
      const job = await t.take()
      await complete(job)
      await past(job.finishedOn ?? 0)
    }
    expect(await q.clean(0, 2)).toEqual(['1', '2'])
    expect(ids(await q.getCompleted())).toEqual(['4', '3'])
  })

  it('cleaning without a number removes all', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 5; n++) await complete(await t.take())
    await past(Date.now())
    expect(await q.clean(0, 0)).toHaveLength(5)
  })

  it('cleaning removes waiting jobs by the time of their adding', async ({ queue }) => {
    const q = queue()
    await q.add('old', {}, { timestamp: Date.now() - 2 * LONG })
    await q.add('new', {})
    expect(await q.clean(LONG, 100, 'wait')).toEqual(['1'])
    expect((await q.getWaiting()).map(({ name }) => name)).toEqual(['new'])
    await past(Date.now())
    expect(await q.clean(0, 100, 'waiting')).toEqual(['2'])
  })

  it('cleaning removes delayed jobs by the time of their adding', async ({ queue }) => {
    const q = queue()
    await q.add('old', {}, { delay: 10 * LONG, timestamp: Date.now() - 2 * LONG })
    await q.add('new', {}, { delay: 10 * LONG })
    expect(await q.clean(LONG, 100, 'delayed')).toEqual(['1'])
    expect((await q.getDelayed()).map(({ name }) => name)).toEqual(['new'])
  })

  it('cleaning removes jobs with priority by the time of their adding', async ({ queue }) => {
    const q = queue()
    await q.add('old', {}, { priority: 1, timestamp: Date.now() - 2 * LONG })
    await q.add('new', {}, { priority: 1 })
    expect(await q.clean(LONG, 100, 'prioritized')).toEqual(['1'])
    expect((await q.getPrioritized()).map(({ name }) => name)).toEqual(['new'])
  })

  it('cleaning removes active jobs only if nobody holds them', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 2 }, () => ({ name: 'a', data: {} })))
    await taker(q, { lockDuration: 1 }).take()
    await taker(q).take()
    await past(Date.now() + 2)
    expect(await q.clean(0, 100, 'active')).toEqual(['1'])
    expect(ids(await q.getActive())).toEqual(['2'])
  })

  it('cleaning leaves the next job of a scheduler', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { pattern: '0 0 1 1 *' })
    await past(Date.now())
    expect(await q.clean(0, 100, 'delayed')).toEqual([])
    expect(await q.getDelayedCount()).toBe(1)
  })

  it('cleaning is told with the number of jobs', async ({ queue, taker, history }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 2 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await complete(await t.take())
    await past(Date.now())
    const cleaned = heard<[string[], string]>(q, 'cleaned')
    await q.clean(0, 100)
    const [removed, state] = await cleaned
    expect([removed.toSorted(), state]).toEqual([['1', '2'], 'completed'])
    expect((await history(q)).at(-1)).toEqual({ event: 'cleaned', count: '2' })
  })

  it('obliterating leaves nothing', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 4 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await fail(await t.take())
    await q.add('a', {}, { delay: LONG })
    await q.add('a', {}, { priority: 2 })
    await q.upsertJobScheduler('s', { every: LONG })
    await q.addJobLog('4', 'line 1')
    await q.obliterate()
    expect(Object.values(await q.getJobCounts())).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(await q.getJob('4')).toBeUndefined()
    expect((await q.getJobLogs('4')).count).toBe(0)
    expect(await q.getJobSchedulersCount()).toBe(0)
    expect(await q.isPaused()).toBe(false)
  })

  it('after obliterating a queue begins anew', async ({ queue, taker, history }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    await q.obliterate()
    expect((await q.add('again', { n: 1 })).id).toBe('1')
    expect(await history(q)).toEqual([
      { event: 'added', jobId: '1', name: 'again' },
      { event: 'waiting', jobId: '1' },
    ])
    expect((await taker(q).take()).data).toEqual({ n: 1 })
  })

  it('a queue with active jobs is obliterated only by force', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await expect(q.obliterate()).rejects.toThrow('Cannot obliterate queue with active jobs')
    expect(await job.getState()).toBe('active')
    expect(await q.isPaused()).toBe(true)
    await q.obliterate({ force: true })
    expect(await job.getState()).toBe('unknown')
    expect(await q.getActiveCount()).toBe(0)
  })

  it('obliterating in small steps comes to the same', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 25 }, () => ({ name: 'a', data: {} })))
    for (let n = 0; n < 5; n++) await complete(await t.take())
    for (let n = 0; n < 5; n++) await t.take()
    await q.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {}, opts: { delay: LONG } })))
    await q.obliterate({ count: 2, force: true })
    expect(Object.values(await q.getJobCounts())).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(await q.getJob('25')).toBeUndefined()
  })

  it('obliterating one queue leaves the others', async ({ queue, name }) => {
    const word = name()
    const [one, longer] = [queue({ name: word }), queue({ name: `${word}-2` })]
    await one.add('a', {})
    await longer.add('a', {})
    await one.obliterate()
    expect(await longer.count()).toBe(1)
  })

  it('obliterating an empty queue does no harm', async ({ queue }) => {
    const q = queue()
    await q.obliterate()
    expect(await q.count()).toBe(0)
  })

  it('a sound queue has no orphaned jobs', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    await complete(await t.take())
    await t.take()
    await q.addJobLog('3', 'line 1')
    await q.upsertJobScheduler('s', { every: LONG })
    await q.add('a', {}, { deduplication: { id: 'd' } })
    expect(await q.removeOrphanedJobs()).toBe(0)
    expect(await q.getJobCountByTypes('waiting', 'active', 'completed', 'delayed')).toBe(5)
    expect(await stored(q, '3')).toBeDefined()
    expect(await t.tryTake(TOKEN)).toBeDefined()
  })

  it('a queue of today has no priority key of BullMQ 4', async ({ queue }) => {
    const q = queue()
    await q.add('a', {}, { priority: 1 })
    expect(await q.removeDeprecatedPriorityKey()).toBe(0)
  })
})
