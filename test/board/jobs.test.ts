import { complete, fail, idOf } from '../contract/desk.ts'
import { done, gone, refused } from './answers.ts'
import { expect, onEveryStore } from './stores.ts'

const DAY = 86_400_000

onEveryStore('jobs', (it) => {
  it('a job is added with its name, data and options', async ({ onQueue, stored }) => {
    const answer = await onQueue('POST', 'add', {
      name: 'mail',
      data: { to: 'Ada' },
      options: { jobId: 'letter', attempts: 3, priority: 7 },
    })
    expect(answer).toMatchObject(done({ job: { id: 'letter', name: 'mail' }, status: 'prioritized' }))
    expect(await stored('letter')).toMatchObject({
      name: 'mail',
      data: { to: 'Ada' },
      priority: 7,
      opts: { attempts: 3 },
    })
  })

  it('a delayed job is added, and one without a name', async ({ queue, onQueue }) => {
    const later = { name: 'later', options: { delay: DAY } }
    expect(await onQueue('POST', 'add', later)).toMatchObject(done({ status: 'delayed' }))
    expect(await onQueue('POST', 'add', {})).toMatchObject(done({ status: 'waiting' }))
    expect(await queue.getJobCounts('delayed', 'waiting')).toEqual({ delayed: 1, waiting: 1 })
  })

  it('what is no job is not added', async ({ queue, onQueue }) => {
    for (const body of [{ name: 1 }, { name: 'a', options: 'none' }]) {
      expect(await onQueue('POST', 'add', body)).toMatchObject(refused(400, 'INVALID_REQUEST_BODY'))
    }
    expect(await queue.getJobCountByTypes()).toBe(0)
  })

  it('a delayed job can be promoted', async ({ queue, onJob, openTaker }) => {
    const job = await queue.add('a', {}, { delay: DAY })
    expect(await onJob('PUT', job, 'promote')).toEqual(gone)
    expect(await job.getState()).toBe('waiting')
    expect((await (await openTaker()).take()).id).toBe(job.id)
  })

  it('only a delayed job can be promoted', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    expect(await onJob('PUT', job, 'promote')).toMatchObject(refused(500, 'INTERNAL_SERVER_ERROR'))
    expect(await job.getState()).toBe('waiting')
  })

  it('a failed job can be retried and then completes', async ({ queue, onJob, openTaker, stored }) => {
    const taker = await openTaker()
    const { id } = await queue.add('a', {})
    await fail(await taker.take())
    expect(await onJob('PUT', { id }, 'retry')).toEqual(gone)
    const job = await stored(id)
    expect([await job.getState(), job.failedReason]).toEqual(['waiting', undefined])
    await complete(await taker.take())
    expect(await job.getState()).toBe('completed')
  })

  it('a completed job can be run again', async ({ queue, onJob, openTaker, stored }) => {
    const taker = await openTaker()
    const job = await queue.add('a', {})
    await complete(await taker.take())
    expect(await onJob('PUT', job, 'retry')).toEqual(gone)
    expect(await job.getState()).toBe('waiting')
    expect(await stored(job.id)).toMatchObject({ returnvalue: null })
  })

  it('only a finished job can be retried', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    expect(await onJob('PUT', job, 'retry')).toMatchObject(refused(400, 'JOB_NOT_RETRIABLE'))
    expect(await queue.getWaitingCount()).toBe(1)
  })

  it('the priority of a waiting job can be changed and taken away', async ({ queue, onJob, openTaker, stored }) => {
    const jobs = await queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {}, opts: { priority: 5 } })))
    const [, b, c] = jobs.map((job) => ({ id: job.id }))
    if (!b || !c) throw new Error('there are no jobs')
    expect(await onJob('PATCH', c, 'priority', { priority: 1 })).toEqual(done())
    expect(await onJob('PATCH', b, 'priority', { priority: 0 })).toEqual(done())
    expect([(await stored(c.id)).priority, (await stored(b.id)).priority]).toEqual([1, 0])
    const taker = await openTaker()
    const names = [await taker.take(), await taker.take(), await taker.take()].map(({ name }) => name)
    expect(names).toEqual(['b', 'c', 'a'])
  })

  it('a priority that is none is refused', async ({ queue, onJob, stored }) => {
    const job = await queue.add('a', {}, { priority: 5 })
    for (const priority of [-1, 1.5, 2 ** 21, 'high']) {
      expect(await onJob('PATCH', job, 'priority', { priority })).toMatchObject(refused(400, 'INVALID_PRIORITY'))
    }
    expect((await stored(job.id)).priority).toBe(5)
  })

  it('a delayed job can be put off', async ({ queue, onJob, stored }) => {
    const job = await queue.add('a', {}, { delay: DAY })
    const runAt = Date.now() + 5 * DAY
    expect(await onJob('PATCH', job, 'delay', { runAt })).toEqual(done())
    expect(await job.getState()).toBe('delayed')
    expect([await queue.getDelayedCount(runAt - DAY), await queue.getDelayedCount(runAt + DAY)]).toEqual([0, 1])
    // What the page shows as its time is the time of adding and the delay.
    const { timestamp, delay } = await stored(job.id)
    expect(Math.abs(timestamp + delay - runAt)).toBeLessThan(DAY)
  })

  it('a delayed job whose time is set to the past is next', async ({ queue, onJob, openTaker }) => {
    const job = await queue.add('a', {}, { delay: DAY })
    expect(await onJob('PATCH', job, 'delay', { runAt: 0 })).toEqual(done())
    expect((await (await openTaker()).take()).id).toBe(job.id)
  })

  it('only a delayed job can be put off', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    const runAt = Date.now() + DAY
    expect(await onJob('PATCH', job, 'delay', { runAt })).toMatchObject(refused(400, 'JOB_NOT_DELAYED'))
    expect(await onJob('PATCH', job, 'delay', { runAt: 'soon' })).toMatchObject(refused(400, 'INVALID_RUN_AT'))
    expect(await job.getState()).toBe('waiting')
  })

  it('the data of a job can be replaced, also when it is done', async ({ queue, onJob, openTaker, stored }) => {
    const job = await queue.add('a', { n: 1 })
    expect(await onJob('PATCH', job, 'update-data', { jobData: { n: 2, text: 'ü' } })).toEqual(done())
    const taken = await (await openTaker()).take()
    expect(taken.data).toEqual({ n: 2, text: 'ü' })
    await complete(taken)
    expect(await onJob('PATCH', job, 'update-data', { jobData: { n: 3 } })).toEqual(done())
    expect((await stored(job.id)).data).toEqual({ n: 3 })
  })

  it('a job can be removed in any state but active', async ({ queue, onJob, openTaker }) => {
    const taker = await openTaker()
    await queue.addBulk(['completed', 'failed', 'active'].map((name) => ({ name, data: {} })))
    const [completed, failed, active] = [await taker.take(), await taker.take(), await taker.take()]
    await complete(completed)
    await fail(failed)
    const delayed = await queue.add('delayed', {}, { delay: DAY })
    const prioritized = await queue.add('prioritized', {}, { priority: 1 })
    const waiting = await queue.add('waiting', {})
    for (const job of [completed, failed, delayed, prioritized, waiting]) {
      expect(await onJob('PUT', job, 'clean')).toEqual(gone)
      expect(await queue.getJob(idOf(job))).toBeUndefined()
    }
    expect(await onJob('PUT', active, 'clean')).toMatchObject(refused(409, 'JOB_IS_ACTIVE'))
    expect((await queue.getJobs()).map(({ id }) => id)).toEqual([active.id])
  })

  it('the children of a job that are not done can be removed', async ({ queue, flows, onJob, openTaker }) => {
    const taker = await openTaker()
    const [queueName, data] = [queue.name, {}]
    const children = ['x', 'y', 'z'].map((name) => ({ name, queueName, data }))
    const { job: parent } = await flows.add({ name: 'parent', queueName, data, children })
    await complete(await taker.take())
    expect(await onJob('PUT', parent, 'remove-unprocessed-children')).toEqual(done({ removed: 2 }))
    expect((await taker.take()).id).toBe(parent.id)
    expect(await queue.getJobCounts('completed', 'waiting')).toEqual({ completed: 1, waiting: 0 })
  })

  it('where there are no such children, none are removed', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    const answer = await onJob('PUT', job, 'remove-unprocessed-children')
    expect(answer).toMatchObject(refused(400, 'JOB_HAS_NO_UNPROCESSED_CHILDREN'))
  })

  it('a job that is not there is not found', async ({ queue, onQueue, onJob }) => {
    const nobody = { id: 'nobody' }
    const notFound = refused(404, 'JOB_NOT_FOUND')
    for (const action of ['retry', 'clean', 'promote', 'remove-unprocessed-children']) {
      expect(await onJob('PUT', nobody, action)).toMatchObject(notFound)
    }
    expect(await onJob('PATCH', nobody, 'priority', { priority: 1 })).toMatchObject(notFound)
    expect(await onJob('PATCH', nobody, 'delay', { runAt: Date.now() })).toMatchObject(notFound)
    expect(await onJob('PATCH', nobody, 'update-data', { jobData: {} })).toMatchObject(notFound)
    expect(await onJob('GET', nobody, 'flow')).toMatchObject(notFound)
    expect(await onQueue('GET', 'nobody')).toMatchObject(notFound)
    expect(await queue.getJobCountByTypes()).toBe(0)
  })

  it('ids with signs that addresses know are found', async ({ queue, onJob, onQueue }) => {
    for (const jobId of ['a/b?c=d#e', 'ü %25 ;', "it's"]) {
      const job = await queue.add('a', {}, { jobId })
      expect(await onQueue('GET', encodeURIComponent(jobId))).toMatchObject(done({ job: { id: jobId } }))
      expect(await onJob('PUT', job, 'clean')).toEqual(gone)
      expect(await queue.getJob(jobId)).toBeUndefined()
    }
  })
})
