import { contract, expect } from './contract.ts'
import { complete, countAsking, fail, heard, ids, past, soon, TOKEN } from './desk.ts'

contract('pausing', (it) => {
  it('a queue is paused and resumed', async ({ queue }) => {
    const q = queue()
    expect(await q.isPaused()).toBe(false)
    await q.pause()
    expect(await q.isPaused()).toBe(true)
    expect((await q.getMeta()).paused).toBe(true)
    await q.resume()
    expect(await q.isPaused()).toBe(false)
    expect((await q.getMeta()).paused).toBe(false)
  })

  it('every queue object of the name knows, later ones too', async ({ queue }) => {
    const q = queue()
    const other = queue({ name: q.name })
    await q.pause()
    expect(await other.isPaused()).toBe(true)
    await q.close()
    expect(await queue({ name: q.name }).isPaused()).toBe(true)
  })

  it('other queues are not paused', async ({ queue, taker }) => {
    const [one, other] = [queue(), queue()]
    await one.pause()
    await other.add('a', {})
    expect(await other.isPaused()).toBe(false)
    expect(await taker(other).tryTake()).toBeDefined()
  })

  it('a paused queue gives out no job', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await q.add('b', {}, { priority: 1 })
    await q.pause()
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a resumed queue gives out its jobs in the same order', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await q.pause()
    await q.add('b', {})
    await q.add('c', {}, { lifo: true })
    await q.resume()
    const t = taker(q)
    expect([(await t.take()).name, (await t.take()).name, (await t.take()).name]).toEqual(['c', 'a', 'b'])
  })

  it('a job that waits in a paused queue is waiting', async ({ queue }) => {
    const q = queue()
    await q.pause()
    const job = await q.add('a', {})
    expect(await job.getState()).toBe('waiting')
    expect(await job.isWaiting()).toBe(true)
  })

  it('jobs that wait in a paused queue are counted as waiting', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    await q.pause()
    await q.add('b', {})
    expect(await q.getWaitingCount()).toBe(2)
    expect(await q.getJobCounts('waiting', 'active')).toEqual({ waiting: 2, active: 0 })
    expect(await q.count()).toBe(2)
  })

  it('jobs that wait in a paused queue are listed', async ({ queue }) => {
    const q = queue()
    await q.add('a', {})
    await q.pause()
    await q.add('b', {})
    expect(ids(await q.getWaiting())).toEqual(['1', '2'])
  })

  it('jobs with priority and delay are counted in a paused queue as ever', async ({ queue }) => {
    const q = queue()
    await q.pause()
    await q.add('a', {}, { priority: 1 })
    await q.add('b', {}, { delay: 60_000 })
    expect(await q.getJobCounts('prioritized', 'delayed')).toEqual({ prioritized: 1, delayed: 1 })
  })

  it('an active job of a paused queue can end', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await q.pause()
    await complete(job)
    expect(await job.getState()).toBe('completed')
  })

  it('the end of a job brings no next one in a paused queue', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await q.add('b', {})
    const job = await taker(q).take()
    await q.pause()
    const next = (await job.moveToCompleted('done', TOKEN, true)) as unknown[]
    expect(next[0] ?? null).toBeNull()
    expect(await q.getJobState('2')).toBe('waiting')
  })

  it('a job that fails in a paused queue waits for its next attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q)
    const job = await t.take()
    await q.pause()
    await fail(job)
    expect(await job.getState()).toBe('waiting')
    expect(await t.tryTake()).toBeUndefined()
    await q.resume()
    expect((await t.take()).id).toBe('1')
  })

  it('a failed job that is tried again in a paused queue waits', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    await q.pause()
    await job.retry()
    expect(await job.getState()).toBe('waiting')
    expect(await t.tryTake()).toBeUndefined()
  })

  it('a delayed job that is promoted in a paused queue waits', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {}, { delay: 60_000 })
    await q.pause()
    await job.promote()
    expect(await job.getState()).toBe('waiting')
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a job can be removed from a paused queue', async ({ queue }) => {
    const q = queue()
    await q.pause()
    const job = await q.add('a', {})
    await job.remove()
    await q.resume()
    expect(await q.getWaitingCount()).toBe(0)
  })

  it('pausing and resuming are told to listeners and by the queue object', async ({ queue, history }) => {
    const q = queue()
    const paused = heard(q, 'paused')
    await q.pause()
    await paused
    const resumed = heard(q, 'resumed')
    await q.resume()
    await resumed
    expect(await history(q)).toEqual([{ event: 'paused' }, { event: 'resumed' }])
  })

  it('pausing twice and resuming twice does no harm', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    await q.pause()
    await q.pause()
    expect(await q.isPaused()).toBe(true)
    await q.resume()
    await q.resume()
    expect(await taker(q).tryTake()).toBeDefined()
  })

  it('a worker of a paused queue waits and does not ask again and again', async ({ queue, worker }) => {
    const q = queue()
    await q.pause()
    await q.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })))
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    const asked = countAsking(w)
    await past(Date.now() + 300)
    expect(asked()).toBeLessThan(10)
  })

  it('an idle worker is woken when the queue is resumed', async ({ queue, worker }) => {
    const q = queue()
    await q.pause()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const job = await q.add('a', {})
    const completed = heard(w, 'completed')
    await q.resume()
    await completed
    expect(await job.getState()).toBe('completed')
  })

  it('an idle worker is woken for a job with priority when the queue is resumed', async ({ queue, worker }) => {
    const q = queue()
    await q.pause()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    await q.add('a', {}, { priority: 1 })
    const completed = heard(w, 'completed')
    await q.resume()
    await completed
    expect(await q.getCompletedCount()).toBe(1)
  })

  it('an idle worker is woken for a delayed job when the queue is resumed', async ({ queue, worker }) => {
    const q = queue()
    await q.pause()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    await q.add('a', {}, { delay: 20 })
    const completed = heard(w, 'completed')
    await q.resume()
    await completed
    expect(await q.getCompletedCount()).toBe(1)
  })

  it('a paused worker lets its active job end and takes no other', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise)
    const active = heard(w, 'active')
    await q.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    await active
    const paused = w.pause()
    expect(w.isPaused()).toBe(true)
    go.resolve()
    await paused
    expect(await q.getJobCounts('waiting', 'active', 'completed')).toEqual({ waiting: 1, active: 0, completed: 1 })
    expect(await w.getNextJob(TOKEN)).toBeUndefined()
  })

  it('a worker can be paused without waiting for its active job', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise)
    const active = heard(w, 'active')
    const job = await q.add('a', {})
    await active
    await w.pause(true)
    expect(await job.getState()).toBe('active')
    const completed = heard(w, 'completed')
    go.resolve()
    await completed
  })

  it('pausing a worker does not pause the queue', async ({ queue, worker, taker }) => {
    const q = queue()
    const w = worker(q, async () => 'done')
    await w.waitUntilReady()
    await w.pause()
    await q.add('a', {})
    expect(await q.isPaused()).toBe(false)
    expect(await taker(q).tryTake()).toBeDefined()
  })

  it('a paused worker tells so, and goes on when it is resumed', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done')
    await w.waitUntilReady()
    const paused = heard(w, 'paused')
    await w.pause()
    await paused
    const job = await q.add('a', {})
    const resumed = heard(w, 'resumed')
    const completed = heard(w, 'completed')
    await w.resume()
    await resumed
    await completed
    expect(w.isPaused()).toBe(false)
    expect(await job.getState()).toBe('completed')
  })

  it('an idle worker can be paused at once', async ({ queue, worker }) => {
    const w = worker(queue(), async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    await w.pause()
    expect(w.isPaused()).toBe(true)
    await soon(() => expect(w.isRunning()).toBe(false))
  })
})
