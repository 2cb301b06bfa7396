import type { Job, RepeatOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, past, soon, stored } from './desk.ts'

const HOUR = 3_600_000
const YEARLY = '0 0 1 1 *'

/** The first second of a later year by UTC. */
const newYear = (after = Date.now()) => Date.UTC(new Date(after).getUTCFullYear() + 1, 0, 1)

contract('schedulers', (it) => {
  it('a scheduler of an interval makes its first job at once', async ({ queue, taker }) => {
    const q = queue()
    const before = Date.now()
    const job = await q.upsertJobScheduler('s', { every: HOUR }, { name: 'a', data: { n: 1 } })
    expect(job.id).toMatch(/^repeat:s:\d+$/)
    expect(Number(job.id?.split(':')[2])).toBeGreaterThanOrEqual(before)
    expect(await job.getState()).toBe('waiting')
    expect(await taker(q).take()).toMatchObject({ id: job.id, name: 'a', data: { n: 1 }, repeatJobKey: 's' })
  })

  it('a scheduler tells everything about itself', async ({ queue }) => {
    const q = queue()
    const endDate = Date.now() + 10 * HOUR
    await q.upsertJobScheduler(
      's',
      { every: HOUR, limit: 9, endDate },
      { name: 'a', data: { n: 1 }, opts: { attempts: 3, priority: 2 } },
    )
    const scheduler = await q.getJobScheduler('s')
    expect(scheduler).toMatchObject({
      key: 's',
      name: 'a',
      iterationCount: 1,
      limit: 9,
      every: HOUR,
      endDate,
      template: { data: { n: 1 }, opts: { attempts: 3, priority: 2 } },
    })
    expect(scheduler?.next).toBeLessThanOrEqual(Date.now())
  })

  it('a scheduler of a pattern makes its first job for the next time', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })
    expect(job.id).toBe(`repeat:s:${newYear()}`)
    expect(await job.getState()).toBe('delayed')
    expect([await q.getDelayedCount(newYear()), await q.getDelayedCount(newYear() + 1)]).toEqual([0, 1])
    expect(await taker(q).tryTake()).toBeUndefined()
    expect(await q.getJobScheduler('s')).toMatchObject({ key: 's', name: 's', pattern: YEARLY, tz: 'UTC' })
    expect((await q.getJobScheduler('s'))?.next).toBe(newYear())
  })

  it('a pattern is meant in the time zone that is given', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'Asia/Tokyo' })
    const next = new Date((await q.getJobScheduler('s'))?.next ?? 0)
    expect(next.toISOString()).toMatch(/-12-31T15:00:00\.000Z$/)
  })

  it('without a template the jobs have the name of the scheduler and no data', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    expect(await taker(q).take()).toMatchObject({ name: 's', data: {} })
    expect((await q.getJobScheduler('s'))?.template?.data).toBeUndefined()
  })

  it('the options of the template are those of every job', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { attempts: 7 } })
    await q.upsertJobScheduler('s', { every: HOUR }, { opts: { priority: 4, removeOnComplete: true } })
    const job = await taker(q).take()
    expect(job).toMatchObject({ priority: 4, opts: { attempts: 7, removeOnComplete: true } })
    const [next] = await q.getDelayed()
    expect(next).toMatchObject({ priority: 4, opts: { attempts: 7, removeOnComplete: true } })
  })

  it('taking a job makes the next one, an interval later', async ({ queue, taker }) => {
    const q = queue()
    const first = await q.upsertJobScheduler('s', { every: HOUR }, { data: { n: 1 } })
    const at = Number(first.id?.split(':')[2])
    await taker(q).take()
    const [next, ...none] = await q.getDelayed()
    expect(none).toEqual([])
    expect(next).toMatchObject({ id: `repeat:s:${at + HOUR}`, data: { n: 1 }, repeatJobKey: 's' })
    expect(await q.getJobScheduler('s')).toMatchObject({ next: at + HOUR, iterationCount: 2 })
  })

  it('taking a job makes the next one by the pattern', async ({ queue, taker }) => {
    const q = queue()
    const first = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })
    await first.promote()
    await taker(q).take()
    expect(ids(await q.getDelayed())).toEqual([`repeat:s:${newYear(newYear())}`])
  })

  it('a job that is tried again makes no further one', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR }, { opts: { attempts: 3 } })
    const t = taker(q)
    await fail(await t.take())
    await fail(await t.take())
    expect(await q.getDelayedCount()).toBe(1)
    expect((await q.getJobScheduler('s'))?.iterationCount).toBe(2)
  })

  it('a failed job does not end its scheduler', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    await fail(await taker(q).take())
    expect(await q.getJobCounts('failed', 'delayed')).toEqual({ failed: 1, delayed: 1 })
  })

  it('a failed job of a scheduler that is tried again by hand makes no further one', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    const t = taker(q)
    const job = await t.take()
    await fail(job)
    await job.retry()
    await complete(await t.take())
    expect(await q.getDelayedCount()).toBe(1)
  })

  it('a worker runs the jobs again and again', async ({ queue, worker }) => {
    const q = queue()
    const runs: string[] = []
    worker(q, async ({ id = '' }) => void runs.push(id))
    await q.upsertJobScheduler('s', { every: 30 })
    await soon(() => expect(runs.length).toBeGreaterThanOrEqual(3))
    await q.removeJobScheduler('s')
    expect(new Set(runs).size).toBe(runs.length)
    const times = runs.map((id) => Number(id.split(':')[2]))
    for (let n = 1; n < times.length; n++) expect(((times[n] ?? 0) - (times[n - 1] ?? 0)) % 30).toBe(0)
  })

  it('a worker stops when the limit of runs is reached', async ({ queue, worker }) => {
    const q = queue()
    worker(q, async () => 'done')
    await q.upsertJobScheduler('s', { every: 15, limit: 3 })
    await soon(async () => expect(await q.getCompletedCount()).toBe(3))
    await past(Date.now() + 30)
    expect(await q.getJobCounts('completed', 'delayed', 'waiting')).toEqual({ completed: 3, delayed: 0, waiting: 0 })
  })

  it('no job is made after the end date', async ({ queue, taker }) => {
    const q = queue()
    const endDate = Date.now() + 300
    await q.upsertJobScheduler('s', { every: 10, endDate })
    const t = taker(q)
    let last = await t.take()
    await past(endDate)
    for (let job = await t.tryTake(); job; job = await t.tryTake()) last = job
    expect(Number(last.id?.split(':')[2])).toBeLessThanOrEqual(endDate)
    expect(await q.getDelayedCount()).toBe(0)
  })

  it('a scheduler whose end is past is refused', async ({ queue }) => {
    const q = queue()
    await expect(q.upsertJobScheduler('s', { every: HOUR, endDate: Date.now() - 1000 })).rejects.toThrow(
      'End date must be greater than current timestamp',
    )
    expect(await q.getJobSchedulersCount()).toBe(0)
  })

  it('the first job of an interval waits for the start date', async ({ queue }) => {
    const q = queue()
    const startDate = Date.now() + HOUR
    const job = await q.upsertJobScheduler('s', { every: 1000, startDate })
    expect(job.id).toBe(`repeat:s:${startDate}`)
    expect(await job.getState()).toBe('delayed')
    expect(await q.getJobScheduler('s')).toMatchObject({ startDate, next: startDate })
  })

  it('the first job of a pattern waits for the start date', async ({ queue }) => {
    const q = queue()
    const startDate = newYear() + HOUR
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC', startDate: new Date(startDate) })
    expect(job.id).toBe(`repeat:s:${newYear(startDate)}`)
  })

  it('a start date that is past changes nothing', async ({ queue }) => {
    const q = queue()
    const before = Date.now()
    const job = await q.upsertJobScheduler('s', { every: HOUR, startDate: before - 10 * HOUR })
    expect(Number(job.id?.split(':')[2])).toBeGreaterThanOrEqual(before)
    expect(await job.getState()).toBe('waiting')
  })

  it('an offset moves the times within the interval', async ({ queue }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { every: HOUR, offset: 1000 })
    const at = Number(job.id?.split(':')[2])
    expect(at % HOUR).toBe(1000)
    expect(at).toBeGreaterThan(Date.now() - 1000)
    expect((await q.getJobScheduler('s'))?.offset).toBe(1000)
  })

  it('a scheduler of a pattern can begin at once', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC', immediately: true })
    expect(Number(job.id?.split(':')[2])).toBeLessThanOrEqual(Date.now())
    const t = taker(q)
    await soon(() => t.take())
    expect(ids(await q.getDelayed())).toEqual([`repeat:s:${newYear()}`])
  })

  it('an interval that was missed is not made up for', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: 10 })
    await past(Date.now() + 50)
    const before = Date.now()
    await taker(q).take()
    const next = (await q.getJobScheduler('s'))?.next ?? 0
    expect(next).toBeGreaterThanOrEqual(before)
    expect(next).toBeLessThanOrEqual(Date.now() + 20)
    expect(await q.getJobCountByTypes('waiting', 'delayed')).toBe(1)
  })

  it('making a scheduler again changes it and leaves one job', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR, startDate: Date.now() + HOUR }, { name: 'old', data: { n: 1 } })
    await q.upsertJobScheduler('s', { every: HOUR, startDate: Date.now() + HOUR }, { name: 'new', data: { n: 2 } })
    expect(await q.getJobSchedulersCount()).toBe(1)
    expect((await q.getDelayed()).map(({ name, data }) => [name, data])).toEqual([['new', { n: 2 }]])
    expect(await q.getJobScheduler('s')).toMatchObject({ name: 'new', template: { data: { n: 2 } } })
  })

  it('making a scheduler again keeps its next time', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    await taker(q).take()
    const { next } = (await q.getJobScheduler('s')) ?? {}
    await q.upsertJobScheduler('s', { every: HOUR }, { data: { n: 2 } })
    expect((await q.getJobScheduler('s'))?.next).toBe(next)
    expect((await q.getDelayed()).map(({ data }) => data)).toEqual([{ n: 2 }])
  })

  it('another interval begins anew', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    await taker(q).take()
    await past(Date.now())
    const before = Date.now()
    const job = await q.upsertJobScheduler('s', { every: 2 * HOUR })
    expect(Number(job.id?.split(':')[2])).toBeGreaterThanOrEqual(before)
    expect(await q.getJobScheduler('s')).toMatchObject({ every: 2 * HOUR })
    expect(await q.getDelayedCount()).toBe(0)
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('an interval can become a pattern and a pattern an interval', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR, startDate: Date.now() + HOUR })
    await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })
    expect((await q.getJobScheduler('s'))?.every).toBeUndefined()
    expect(ids(await q.getDelayed())).toEqual([`repeat:s:${newYear()}`])
    await q.upsertJobScheduler('s', { every: HOUR })
    expect((await q.getJobScheduler('s'))?.pattern).toBeUndefined()
    expect(await q.getDelayedCount()).toBe(0)
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('a scheduler made by many at the same time is one', async ({ queue }) => {
    const q = queue()
    const other = queue({ name: q.name })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? q : other).upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })),
    )
    expect(await q.getJobSchedulersCount()).toBe(1)
    expect(await q.getDelayedCount()).toBe(1)
  })

  it('schedulers are listed by their next times from either end', async ({ queue }) => {
    const q = queue()
    const startDate = Date.now() + HOUR
    for (const n of [3, 1, 2]) await q.upsertJobScheduler(`s${n}`, { every: HOUR, startDate: startDate + n * 1000 })
    const keys = async (...range: [number?, number?, boolean?]) =>
      (await q.getJobSchedulers(...range)).map(({ key }) => key)
    expect(await keys(0, -1, true)).toEqual(['s1', 's2', 's3'])
    expect(await keys(0, -1, false)).toEqual(['s3', 's2', 's1'])
    expect(await keys()).toEqual(['s3', 's2', 's1'])
    expect(await keys(0, 1, true)).toEqual(['s1', 's2'])
    expect(await keys(1, 1, true)).toEqual(['s2'])
    expect(await q.getJobSchedulersCount()).toBe(3)
    expect((await q.getJobSchedulers(0, 0, true))[0]).toMatchObject({ name: 's1', every: HOUR, next: startDate + 1000 })
  })

  it('a queue without schedulers has none', async ({ queue }) => {
    const q = queue()
    expect(await q.getJobSchedulers()).toEqual([])
    expect(await q.getJobSchedulersCount()).toBe(0)
    expect(await q.getJobScheduler('nobody')).toBeUndefined()
  })

  it('a removed scheduler is gone with its next job', async ({ queue, history }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY })
    expect(await q.removeJobScheduler('s')).toBe(true)
    expect(await q.getJobScheduler('s')).toBeUndefined()
    expect(await q.getDelayedCount()).toBe(0)
    expect(await job.getState()).toBe('unknown')
    expect((await history(q)).at(-1)).toEqual({ event: 'removed', jobId: job.id, prev: 'delayed' })
  })

  it('a scheduler that is not there cannot be removed', async ({ queue }) => {
    expect(await queue().removeJobScheduler('nobody')).toBe(false)
  })

  it('a removed scheduler makes no further job when its active one ends', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    const t = taker(q)
    const job = await t.take()
    await q.removeJobScheduler('s')
    await complete(job)
    expect(await job.getState()).toBe('completed')
    expect(await q.getJobCountByTypes('waiting', 'delayed')).toBe(0)
  })

  it('a job of a removed scheduler makes no further one when it is taken', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    await q.removeJobScheduler('s')
    expect(await q.getWaitingCount()).toBe(1)
    await complete(await taker(q).take())
    expect(await q.getJobCountByTypes('waiting', 'delayed')).toBe(0)
  })

  it('removing one scheduler leaves the others', async ({ queue }) => {
    const q = queue()
    await q.upsertJobScheduler('one', { pattern: YEARLY })
    await q.upsertJobScheduler('other', { pattern: YEARLY })
    await q.removeJobScheduler('one')
    expect((await q.getJobSchedulers()).map(({ key }) => key)).toEqual(['other'])
    expect(await q.getDelayedCount()).toBe(1)
  })

  it('the next job of a scheduler cannot be removed by itself', async ({ queue }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY })
    const error = {
      code: -8,
      message: `Job ${job.id} belongs to a job scheduler and cannot be removed directly. removeJob`,
    }
    await expect(q.remove(idOf(job))).rejects.toMatchObject(error)
    await expect(job.remove()).rejects.toMatchObject(error)
    expect(await job.getState()).toBe('delayed')
  })

  it('a former job of a scheduler can be removed', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR })
    const job = await taker(q).take()
    await complete(job)
    expect(await q.remove(idOf(job))).toBe(1)
    expect(await q.getDelayedCount()).toBe(1)
  })

  it('the next job can be promoted, and makes the one after', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })
    await job.promote()
    expect((await taker(q).take()).id).toBe(job.id)
    expect(ids(await q.getDelayed())).toEqual([`repeat:s:${newYear(newYear())}`])
  })

  it('a scheduler goes on when everything was closed', async ({ queue, taker }) => {
    const q = queue()
    await q.upsertJobScheduler('s', { every: HOUR }, { data: { n: 1 } })
    await q.close()
    const again = queue({ name: q.name })
    expect(await again.getJobScheduler('s')).toMatchObject({ every: HOUR, template: { data: { n: 1 } } })
    await taker(again).take()
    expect(await again.getDelayedCount()).toBe(1)
  })

  it('schedulers of one queue are not those of another', async ({ queue }) => {
    const [one, other] = [queue(), queue()]
    await one.upsertJobScheduler('s', { every: HOUR })
    expect(await other.getJobScheduler('s')).toBeUndefined()
    expect(await other.getJobSchedulersCount()).toBe(0)
  })

  it('the id of a scheduler may have colons and any other sign', async ({ queue, taker }) => {
    for (const id of ['a:b', 'a b', 'ключ', "O'Hara", 'a:b:1:c:1000']) {
      const q = queue()
      const job = await q.upsertJobScheduler(id, { every: HOUR })
      expect(job.id).toMatch(/^repeat:/)
      await taker(q).take()
      expect(await q.getJobScheduler(id)).toMatchObject({ key: id, iterationCount: 2 })
      expect(await q.getDelayedCount()).toBe(1)
      expect(await q.removeJobScheduler(id)).toBe(true)
      expect(await q.getDelayedCount()).toBe(0)
    }
  })

  it('the jobs of a scheduler are told as any other', async ({ queue, taker, history }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { every: HOUR }, { name: 'a' })
    await taker(q).take()
    const told = await history(q)
    expect(told.slice(0, 3)).toEqual([
      { event: 'added', jobId: job.id, name: 'a' },
      { event: 'waiting', jobId: job.id },
      { event: 'active', jobId: job.id, prev: 'waiting' },
    ])
    expect(told.slice(3).map(({ event }) => event)).toEqual(['added', 'delayed'])
  })

  it('an idle worker is woken for the first job of a scheduler', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const completed = heard<[Job]>(w, 'completed')
    await q.upsertJobScheduler('s', { every: HOUR })
    expect((await completed)[0].repeatJobKey).toBe('s')
  })

  it('a scheduler in a paused queue makes its first job, which waits', async ({ queue, taker }) => {
    const q = queue()
    await q.pause()
    const job = await q.upsertJobScheduler('s', { every: HOUR })
    expect(await job.getState()).toBe('waiting')
    expect(await taker(q).tryTake()).toBeUndefined()
  })

  it('a job of a scheduler that is there already is refused as the next one', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC', limit: 1 })
    await job.promote()
    await taker(q).take()
    await expect(q.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' })).rejects.toMatchObject({
      code: -10,
      message: 'Cannot create job scheduler iteration - job ID already exists. addJobScheduler',
    })
    expect(await stored(q, job.id)).toBeDefined()
  })

  it('an interval steps over times whose jobs are there already', async ({ queue }) => {
    const q = queue()
    const startDate = Date.now() + HOUR
    for (const n of [0, 1]) await q.add('a', {}, { jobId: `repeat:s:${startDate + n * 1000}` })
    const job = await q.upsertJobScheduler('s', { every: 1000, startDate })
    expect(job.id).toBe(`repeat:s:${startDate + 2000}`)
  })

  it('an interval is refused where too many times have jobs already', async ({ queue }) => {
    const q = queue()
    const startDate = Date.now() + HOUR
    const times = Array.from({ length: 40 }, (_, n) => startDate + n * 1000)
    await q.addBulk(times.map((time) => ({ name: 'a', data: {}, opts: { jobId: `repeat:s:${time}` } })))
    await expect(q.upsertJobScheduler('s', { every: 1000, startDate })).rejects.toMatchObject({
      code: -11,
      message: expect.stringMatching(/^Cannot create job scheduler iteration - current and next time slots/),
    })
    expect(await q.getJobSchedulersCount()).toBe(0)
  })

  const refused: [string, RepeatOptions, string][] = [
    ['an interval and a pattern', { every: HOUR, pattern: YEARLY }, 'Both .pattern and .every options are defined'],
    ['neither an interval nor a pattern', {}, 'Either .pattern or .every options must be defined'],
    [
      'a start at once and a start date',
      { pattern: YEARLY, immediately: true, startDate: Date.now() + HOUR },
      'Both .immediately and .startDate options are defined',
    ],
    ['a pattern that is none', { pattern: 'every now and then' }, 'Invalid'],
  ]
  for (const [what, options, message] of refused) {
    it(`a scheduler with ${what} is refused`, async ({ queue }) => {
      const q = queue()
      await expect(q.upsertJobScheduler('s', options)).rejects.toThrow(message)
      expect(await q.getJobSchedulersCount()).toBe(0)
      expect(await q.count()).toBe(0)
    })
  }
})
