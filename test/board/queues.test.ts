import { complete, fail, idOf, past } from '../contract/desk.ts'
import type { Board } from './board.ts'
import { done, refused } from './answers.ts'
import { expect, onEveryStore } from './stores.ts'

const DAY = 86_400_000
/** Bull Board spares what is younger when it cleans. */
const GRACE_MS = 5000

async function finish({ queue, openTaker }: Board, end: typeof complete | typeof fail, count: number) {
  const taker = await openTaker()
  for (let n = 0; n < count; n++) {
    await queue.add('a', { n })
    await end(await taker.take())
  }
}

onEveryStore('queues', (it) => {
  it('a paused queue gives no job until it is resumed', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    const job = await queue.add('a', {})
    expect(await onQueue('PUT', 'pause')).toEqual(done())
    expect(await queue.isPaused()).toBe(true)
    expect(await taker.tryTake()).toBeUndefined()
    expect(await onQueue('PUT', 'resume')).toEqual(done())
    expect(await queue.isPaused()).toBe(false)
    expect((await taker.take()).id).toBe(job.id)
  })

  it('all queues can be paused and resumed at once', async ({ queue, other, onBoard }) => {
    await other.pause()
    expect(await onBoard('PUT', 'queues/pause')).toEqual(done())
    expect([await queue.isPaused(), await other.isPaused()]).toEqual([true, true])
    expect(await onBoard('PUT', 'queues/resume')).toEqual(done())
    expect([await queue.isPaused(), await other.isPaused()]).toEqual([false, false])
  })

  it('a global concurrency holds until it is removed', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    expect(await onQueue('PUT', 'concurrency', { concurrency: 1 })).toEqual(done())
    expect(await queue.getGlobalConcurrency()).toBe(1)
    await taker.take()
    expect(await taker.tryTake()).toBeUndefined()
    expect(await onQueue('PUT', 'concurrency', { concurrency: 0 })).toEqual(done())
    expect(await queue.getGlobalConcurrency()).toBeNull()
    expect(await taker.take()).toMatchObject({ name: 'b' })
  })

  it('a concurrency that is none is refused', async ({ queue, onQueue }) => {
    for (const concurrency of [-1, 1.5, 'many', null]) {
      expect(await onQueue('PUT', 'concurrency', { concurrency })).toMatchObject(refused(400, 'INVALID_CONCURRENCY'))
    }
    expect(await queue.getGlobalConcurrency()).toBeNull()
  })

  it('a rate limit holds until it is removed', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    const limit = { max: 1, duration: DAY }
    expect(await onQueue('PUT', 'rate-limit', limit)).toEqual(done())
    expect(await queue.getGlobalRateLimit()).toEqual(limit)
    expect(await onQueue('GET', 'rate-limit')).toEqual(done({ supported: true, rateLimit: limit }))
    await taker.take()
    expect(await taker.tryTake()).toBeUndefined()
    expect(await onQueue('PUT', 'rate-limit', { max: null })).toEqual(done())
    expect(await queue.getGlobalRateLimit()).toBeNull()
    expect(await onQueue('GET', 'rate-limit')).toEqual(done({ supported: true, rateLimit: null }))
  })

  it('a rate limit that is reached is shown and can be released', async ({ queue, onBoard, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ])
    await queue.setGlobalRateLimit(1, DAY)
    await taker.take()
    expect(await taker.tryTake()).toBeUndefined()
    const { body } = await onBoard('GET', 'queues')
    const [shown] = (body as { queues: { activeRateLimitTtl: number }[] }).queues
    expect(shown?.activeRateLimitTtl).toBeGreaterThan(DAY / 2)
    expect(await onQueue('PUT', 'rate-limit/release')).toEqual(done())
    // The first one goes on by the time that it was told.
    expect(await (await openTaker()).take()).toMatchObject({ name: 'b' })
  })

  it('a rate limit that is none is refused', async ({ queue, onQueue }) => {
    for (const limit of [{ max: 0, duration: 1000 }, { max: 1 }, { max: 1, duration: 'long' }]) {
      expect(await onQueue('PUT', 'rate-limit', limit)).toMatchObject(refused(400, 'INVALID_RATE_LIMIT'))
    }
    expect(await queue.getGlobalRateLimit()).toBeNull()
  })

  it('all failed jobs can be retried, more than a page of them', async (board) => {
    await finish(board, fail, 101)
    expect(await board.onQueue('PUT', 'retry/failed')).toEqual(done({ retried: 101, skipped: 0 }))
    expect(await board.queue.getJobCounts('failed', 'waiting')).toEqual({ failed: 0, waiting: 101 })
  })

  it('all completed jobs can be run again', async (board) => {
    await finish(board, complete, 3)
    expect(await board.onQueue('PUT', 'retry/completed')).toEqual(done({ retried: 3, skipped: 0 }))
    expect(await board.queue.getJobCounts('completed', 'waiting')).toEqual({ completed: 0, waiting: 3 })
  })

  it('what is not finished cannot be retried', async ({ queue, onQueue }) => {
    await queue.add('a', {})
    expect(await onQueue('PUT', 'retry/waiting')).toMatchObject(refused(400, 'STATUS_NOT_RETRIABLE'))
    expect(await queue.getWaitingCount()).toBe(1)
  })

  it('all delayed jobs can be promoted', async ({ queue, onQueue }) => {
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: {}, opts: { delay: n * DAY } })))
    expect(await onQueue('PUT', 'promote')).toEqual(done())
    expect(await queue.getJobCounts('delayed', 'waiting')).toEqual({ delayed: 0, waiting: 3 })
  })

  it('cleaning removes the jobs of one state that are older than 5 s', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.addBulk([
      { name: 'completed', data: {} },
      { name: 'failed', data: {} },
    ])
    await complete(await taker.take())
    await fail(await taker.take())
    await queue.add('delayed', {}, { delay: DAY })
    await queue.add('prioritized', {}, { priority: 1 })
    await queue.add('waiting', {})
    const states = ['completed', 'failed', 'delayed', 'prioritized', 'waiting'] as const
    const finishedAt = Date.now()
    expect(await onQueue('PUT', 'clean/failed')).toEqual(done())
    expect(await queue.getFailedCount()).toBe(1)
    await past(finishedAt + GRACE_MS)
    await queue.add('waiting', { young: true })
    for (const [at, state] of states.entries()) {
      expect(await onQueue('PUT', `clean/${state}`)).toEqual(done())
      const left = Object.entries(await queue.getJobCounts(...states)).filter(([, count]) => count > 0)
      expect(left.map(([name]) => name)).toEqual([...new Set([...states.slice(at + 1), 'waiting'])])
    }
    expect((await queue.getWaiting()).map(({ data }) => data)).toEqual([{ young: true }])
  })

  it('emptying removes what waits and leaves what is delayed, active or done', async ({
    queue,
    onQueue,
    openTaker,
  }) => {
    const taker = await openTaker()
    await queue.addBulk([
      { name: 'done', data: {} },
      { name: 'active', data: {} },
      { name: 'waiting', data: {} },
    ])
    await complete(await taker.take())
    await taker.take()
    await queue.add('prioritized', {}, { priority: 1 })
    await queue.add('delayed', {}, { delay: DAY })
    expect(await onQueue('PUT', 'empty')).toEqual(done())
    expect((await queue.getJobs()).map(({ name }) => name).toSorted()).toEqual(['active', 'delayed', 'done'])
  })

  it('only a paused queue can be obliterated', async ({ queue, onQueue }) => {
    const job = await queue.add('a', {})
    expect(await onQueue('PUT', 'obliterate', {})).toMatchObject(refused(400, 'QUEUE_NOT_PAUSED'))
    expect(await queue.getWaitingCount()).toBe(1)
    await queue.pause()
    expect(await onQueue('PUT', 'obliterate', {})).toEqual(done())
    expect(await queue.getJob(idOf(job))).toBeUndefined()
    expect(await queue.getJobCountByTypes()).toBe(0)
    expect(await queue.isPaused()).toBe(false)
  })

  it('a queue with active jobs is obliterated by force only', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.add('a', {})
    await taker.take()
    await queue.pause()
    expect(await onQueue('PUT', 'obliterate', { force: false })).toMatchObject(refused(409, 'QUEUE_HAS_ACTIVE_JOBS'))
    expect(await queue.getActiveCount()).toBe(1)
    expect(await onQueue('PUT', 'obliterate', { force: true })).toEqual(done())
    expect(await queue.getJobCountByTypes()).toBe(0)
  })
})
