import { RateLimitError } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, heard, soon, stored, TOKEN, type Queue } from './desk.ts'

const LONG = 60_000

const addSome = (q: Queue, count: number) =>
  q.addBulk(Array.from({ length: count }, (_, n) => ({ name: `job-${n}`, data: {} })))

contract('rate limits', (it) => {
  it('no more jobs are taken than the worker may', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 3)
    const t = taker(q, { limiter: { max: 2, duration: LONG } })
    await t.take()
    await t.take()
    expect(await t.tryTake()).toBeUndefined()
    expect(await q.getJobCounts('waiting', 'active')).toEqual({ waiting: 1, active: 2 })
  })

  it('completing does not lift the limit', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 2)
    const t = taker(q, { limiter: { max: 1, duration: LONG } })
    await complete(await t.take())
    expect(await t.tryTake()).toBeUndefined()
  })

  it('more jobs are taken when the time is over', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 2)
    const t = taker(q, { limiter: { max: 1, duration: 40 } })
    const first = await t.take()
    const second = await soon(() => t.take())
    expect((second.processedOn ?? 0) - (first.processedOn ?? 0)).toBeGreaterThanOrEqual(20)
  })

  it('the limit holds for all workers together', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 4)
    const limiter = { max: 2, duration: LONG }
    const [one, other] = [taker(q, { limiter }), taker(q, { limiter })]
    await one.take()
    await other.take()
    expect(await one.tryTake()).toBeUndefined()
    expect(await other.tryTake()).toBeUndefined()
  })

  it('the limit of one queue is not that of another', async ({ queue, taker }) => {
    const [one, other] = [queue(), queue()]
    await addSome(one, 1)
    await addSome(other, 1)
    const limiter = { max: 1, duration: LONG }
    await taker(one, { limiter }).take()
    expect(await taker(other, { limiter }).tryTake()).toBeDefined()
  })

  it('the end of a job brings the time to wait instead of a next one', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 2)
    const job = await taker(q, { limiter: { max: 1, duration: LONG } }).take()
    const next = (await job.moveToCompleted('done', TOKEN, true)) as [unknown, unknown, number, number]
    expect(next[0]).toBeNull()
    expect(next[2]).toBeGreaterThan(LONG - 10_000)
    expect(next[2]).toBeLessThanOrEqual(LONG)
  })

  it('the time to wait can be asked for', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 2)
    const t = taker(q, { limiter: { max: 2, duration: LONG } })
    expect(await q.getRateLimitTtl()).toBe(-2)
    expect(await q.getRateLimitTtl(2)).toBe(0)
    await t.take()
    expect(await q.getRateLimitTtl(2)).toBe(0)
    expect(await q.getRateLimitTtl()).toBeGreaterThan(LONG - 10_000)
    await t.take()
    const ttl = await q.getRateLimitTtl(2)
    expect(ttl).toBeGreaterThan(LONG - 10_000)
    expect(ttl).toBeLessThanOrEqual(LONG)
    expect(await q.getRateLimitTtl(3)).toBe(0)
  })

  it('the time to wait runs out', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await taker(q, { limiter: { max: 1, duration: 20 } }).take()
    await soon(async () => expect(await q.getRateLimitTtl()).toBe(-2))
    expect(await q.getRateLimitTtl(1)).toBe(0)
  })

  it('a limit for the whole queue holds for workers without one of their own', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalRateLimit(1, LONG)
    await addSome(q, 2)
    const t = taker(q)
    await t.take()
    expect(await t.tryTake()).toBeUndefined()
    expect(await q.getRateLimitTtl()).toBeGreaterThan(LONG - 10_000)
  })

  it('a limit for the whole queue holds for all workers together', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalRateLimit(2, LONG)
    await addSome(q, 3)
    await taker(q).take()
    await taker(q).take()
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it("the whole queue's number goes before the worker's", async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalRateLimit(1, LONG)
    await addSome(q, 2)
    const t = taker(q, { limiter: { max: 5, duration: LONG } })
    await t.take()
    expect(await t.tryTake()).toBeUndefined()
  })

  it('a limit for the whole queue can be read, changed and removed', async ({ queue }) => {
    const q = queue()
    expect(await q.getGlobalRateLimit()).toBeNull()
    await q.setGlobalRateLimit(10, 1000)
    expect(await q.getGlobalRateLimit()).toEqual({ max: 10, duration: 1000 })
    await q.setGlobalRateLimit(5, 2000)
    expect(await queue({ name: q.name }).getGlobalRateLimit()).toEqual({ max: 5, duration: 2000 })
    expect(await q.removeGlobalRateLimit()).toBe(2)
    expect(await q.getGlobalRateLimit()).toBeNull()
    expect(await q.removeGlobalRateLimit()).toBe(0)
  })

  it('without the limit for the whole queue jobs are taken as ever', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalRateLimit(1, LONG)
    await addSome(q, 2)
    await taker(q).take()
    await q.removeGlobalRateLimit()
    expect(await taker(q).tryTake()).toBeDefined()
  })

  it('a queue can be closed for a time to workers with a limit', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await q.rateLimit(LONG)
    const t = taker(q, { limiter: { max: 100, duration: 10 } })
    expect(await t.tryTake()).toBeUndefined()
    const ttl = await q.getRateLimitTtl()
    expect(ttl).toBeGreaterThan(LONG - 10_000)
    expect(ttl).toBeLessThanOrEqual(LONG)
  })

  it('a queue opens again by itself', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await q.rateLimit(300)
    const t = taker(q, { limiter: { max: 100, duration: 1000 } })
    expect(await t.tryTake()).toBeUndefined()
    expect((await soon(() => t.take())).name).toBe('job-0')
  })

  it('closing a queue for a time does not touch workers without a limit', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await q.rateLimit(LONG)
    expect(await taker(q).tryTake()).toBeDefined()
  })

  it('the limit can be lifted', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 2)
    const limiter = { max: 1, duration: LONG }
    await taker(q, { limiter }).take()
    expect(await q.removeRateLimitKey()).toBe(1)
    expect(await q.getRateLimitTtl()).toBe(-2)
    expect(await taker(q, { limiter }).tryTake()).toBeDefined()
  })

  it('where there is no limit none can be lifted', async ({ queue }) => {
    expect(await queue().removeRateLimitKey()).toBe(0)
  })

  it('who gives a job back hears how long the limit lasts', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    const job = await taker(q, { limiter: { max: 1, duration: LONG } }).take()
    expect(await job.moveToWait(TOKEN)).toBeGreaterThan(LONG - 10_000)
    expect(await job.getState()).toBe('waiting')
  })

  it('a processor that runs into a limit gives its job back without an attempt', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(
      q,
      async (job) => {
        if (job.attemptsStarted > 1) return 'second time'
        await q.rateLimit(30)
        throw new RateLimitError()
      },
      { limiter: { max: 10, duration: 1000 } },
    )
    const completed = heard(w, 'completed')
    const started = Date.now()
    await q.add('a', {})
    await completed
    expect(Date.now() - started).toBeGreaterThanOrEqual(29)
    expect(await stored(q, '1')).toMatchObject({ returnvalue: 'second time', attemptsMade: 1, attemptsStarted: 2 })
  })

  it("the worker class makes BullMQ's error for that", async ({ classes }) => {
    expect(classes.Worker.RateLimitError()).toBeInstanceOf(RateLimitError)
  })

  it('a job that ran into a limit is the first one after it', async ({ queue, worker }) => {
    const q = queue()
    await addSome(q, 3)
    const order: string[] = []
    worker(
      q,
      async (job) => {
        if (job.name === 'job-0' && job.attemptsStarted === 1) {
          await q.rateLimit(20)
          throw new RateLimitError()
        }
        order.push(job.name)
      },
      { limiter: { max: 100, duration: 1000 } },
    )
    await soon(async () => expect(await q.getCompletedCount()).toBe(3))
    expect(order).toEqual(['job-0', 'job-1', 'job-2'])
  })

  it('workers keep to the limit and get through everything', async ({ queue, worker }) => {
    const q = queue()
    const limiter = { max: 2, duration: 100 }
    const starts: number[] = []
    const process = async () => void starts.push(Date.now())
    worker(q, process, { limiter })
    worker(q, process, { limiter, concurrency: 3 })
    await addSome(q, 6)
    await soon(async () => expect(await q.getCompletedCount()).toBe(6))
    starts.sort((a, b) => a - b)
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(100)
  })

  it('a worker that waits for a limit looks again as often as it is told to', async ({ queue, worker }) => {
    const q = queue()
    await q.rateLimit(LONG)
    const w = worker(q, async () => 'done', { limiter: { max: 9, duration: LONG }, maximumRateLimitDelay: 20 })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await q.add('a', {})
    await q.removeRateLimitKey()
    await completed
    expect(await q.getCompletedCount()).toBe(1)
  })

  it('jobs with priority obey the limit', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { priority: 2 })
    await q.add('b', {}, { priority: 1 })
    const t = taker(q, { limiter: { max: 1, duration: LONG } })
    expect((await t.take()).name).toBe('b')
    expect(await t.tryTake()).toBeUndefined()
  })

  it('delayed jobs that are due obey the limit', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await q.add('late', {}, { delay: 10, timestamp: Date.now() - 1000 })
    const limiter = { max: 1, duration: LONG }
    await taker(q, { limiter }).take()
    expect(await taker(q, { limiter }).tryTake()).toBeUndefined()
    expect(await q.getActiveCount()).toBe(1)
  })

  it('a limited queue is not "maxed"', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 1)
    await taker(q, { limiter: { max: 1, duration: LONG } }).take()
    expect(await q.isMaxed()).toBe(false)
  })
})
