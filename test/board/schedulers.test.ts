import { complete } from '../contract/desk.ts'
import { done, gone, refused } from './answers.ts'
import type { Board } from './board.ts'
import { expect, onEveryStore } from './stores.ts'

const DAY = 86_400_000
const YEARLY = '0 0 1 1 *'
const newYear = Date.UTC(new Date().getUTCFullYear() + 1, 0, 1)

const template = { name: 'report', data: { of: 'all' }, opts: { attempts: 3, priority: 2 } }

const onScheduler = ({ onQueue }: Board, id: string, action: 'remove' | 'run') =>
  onQueue('PUT', `job-schedulers/${encodeURIComponent(id)}/${action}`)
const update = ({ onQueue }: Board, id: string, schedule: unknown) =>
  onQueue('PATCH', `job-schedulers/${encodeURIComponent(id)}`, schedule)

onEveryStore('schedulers', (it) => {
  it('the schedulers of all queues are listed with what they make', async ({ queue, other, onBoard }) => {
    await queue.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC', limit: 9 }, template)
    await other.upsertJobScheduler('t', { every: DAY })
    const s = {
      id: 's',
      queueName: queue.name,
      name: 'report',
      pattern: YEARLY,
      tz: 'UTC',
      limit: 9,
      next: newYear,
      iterationCount: 1,
      nextRunJobId: `repeat:s:${newYear}`,
      template: { data: template.data, opts: template.opts },
    }
    const t = { id: 't', queueName: other.name, every: DAY }
    expect(await onBoard('GET', 'job-schedulers')).toMatchObject(done({ schedulers: [s, t] }))
    expect(await onBoard('GET', `job-schedulers?queueName=${other.name}`)).toMatchObject(done({ schedulers: [t] }))
    expect(await onBoard('GET', 'job-schedulers?queueName=nobody')).toEqual(done({ schedulers: [] }))
  })

  it('a scheduler that has run tells when, and which job that was', async ({ queue, onBoard, openTaker }) => {
    await queue.upsertJobScheduler('s', { every: DAY })
    const job = await (await openTaker()).take()
    await complete(job)
    const { body } = await onBoard('GET', 'job-schedulers')
    const [scheduler] = (body as { schedulers: { lastRun: number }[] }).schedulers
    expect(scheduler).toMatchObject({ iterationCount: 2, lastRunJobId: job.id })
    expect(scheduler?.lastRun).toBeGreaterThanOrEqual(job.timestamp)
  })

  it('running a scheduler now adds a job of its kind and leaves its next one', async (board) => {
    const { queue } = board
    await queue.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' }, template)
    expect(await onScheduler(board, 's', 'run')).toMatchObject(done({ job: { name: 'report', data: { of: 'all' } } }))
    const [job] = await queue.getPrioritized()
    expect(job).toMatchObject({ name: 'report', data: { of: 'all' }, priority: 2, opts: { attempts: 3 } })
    expect(job?.repeatJobKey).toBeUndefined()
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${newYear}`])
    expect(await queue.getJobScheduler('s')).toMatchObject({ next: newYear, iterationCount: 1 })
  })

  it('the times of a scheduler can be changed, and its jobs stay what they are', async (board) => {
    const { queue } = board
    await queue.upsertJobScheduler('s', { pattern: '0 0 2 1 *', tz: 'UTC' }, template)
    expect(await update(board, 's', { pattern: YEARLY, tz: 'UTC', limit: 5 })).toEqual(gone)
    const scheduler = await queue.getJobScheduler('s')
    expect(scheduler).toMatchObject({ pattern: YEARLY, tz: 'UTC', limit: 5, next: newYear, name: 'report' })
    expect(scheduler?.template).toMatchObject({ data: template.data, opts: template.opts })
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([`repeat:s:${newYear}`])
  })

  it('a pattern can be changed to an interval', async (board) => {
    const { queue } = board
    await queue.upsertJobScheduler('s', { pattern: YEARLY }, template)
    const endDate = Date.now() + 9 * DAY
    expect(await update(board, 's', { every: DAY, endDate })).toEqual(gone)
    const scheduler = await queue.getJobScheduler('s')
    expect(scheduler).toMatchObject({ every: DAY, endDate, name: 'report' })
    expect(scheduler?.pattern).toBeUndefined()
    expect(await queue.getJobCountByTypes('delayed', 'prioritized')).toBe(1)
  })

  it('times that are none are refused and change nothing', async (board) => {
    const { queue } = board
    await queue.upsertJobScheduler('s', { pattern: YEARLY, tz: 'UTC' }, template)
    const before = await queue.getJobScheduler('s')
    const refusals = {
      INVALID_SCHEDULER_PATTERN: { pattern: 'now and then' },
      INVALID_SCHEDULER_SCHEDULE: { pattern: YEARLY, every: DAY },
      INVALID_SCHEDULER_INTERVAL: { every: -1 },
      INVALID_SCHEDULER_LIMIT: { every: DAY, limit: 0 },
      INVALID_SCHEDULER_END_DATE: { every: DAY, endDate: 1 },
    }
    for (const [key, schedule] of Object.entries(refusals)) {
      expect(await update(board, 's', schedule)).toMatchObject(refused(400, key))
    }
    expect(await queue.getJobScheduler('s')).toEqual(before)
  })

  it('a removed scheduler takes its next job with it', async (board) => {
    const { queue } = board
    await queue.upsertJobScheduler('s', { pattern: YEARLY }, template)
    await queue.upsertJobScheduler('t', { pattern: YEARLY })
    expect(await onScheduler(board, 's', 'remove')).toEqual(gone)
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(['t'])
    expect((await queue.getDelayed()).map(({ repeatJobKey }) => repeatJobKey)).toEqual(['t'])
  })

  it('a scheduler that is not there is not found', async (board) => {
    const notFound = refused(404, 'JOB_SCHEDULER_NOT_FOUND')
    expect(await onScheduler(board, 'nobody', 'remove')).toMatchObject(notFound)
    expect(await onScheduler(board, 'nobody', 'run')).toMatchObject(notFound)
    expect(await update(board, 'nobody', { every: DAY })).toMatchObject(notFound)
    expect(await board.queue.getJobSchedulersCount()).toBe(0)
  })

  it('the next job of a scheduler cannot be removed by itself', async ({ queue, onJob }) => {
    const next = await queue.upsertJobScheduler('s', { pattern: YEARLY })
    expect(await onJob('PUT', next, 'clean')).toMatchObject(refused(400, 'JOB_BELONGS_TO_JOB_SCHEDULER'))
    expect(await next.getState()).toBe('delayed')
  })

  it('a former job of a scheduler can be removed', async ({ queue, onJob, openTaker }) => {
    await queue.upsertJobScheduler('s', { every: DAY })
    const former = await (await openTaker()).take()
    await complete(former)
    expect(await onJob('PUT', former, 'clean')).toEqual(gone)
    expect(await queue.getJobCounts('completed', 'delayed')).toEqual({ completed: 0, delayed: 1 })
  })

  it('an id with signs that addresses know is found', async (board) => {
    const id = 'every/day ü?'
    await board.queue.upsertJobScheduler(id, { pattern: YEARLY })
    expect(await onScheduler(board, id, 'remove')).toEqual(gone)
    expect(await board.queue.getJobSchedulersCount()).toBe(0)
  })
})
