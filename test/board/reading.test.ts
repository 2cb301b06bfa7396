import { MetricsTime } from 'bullmq'
import { complete, fail, ids } from '../contract/desk.ts'
import { done, refused } from './answers.ts'
import { DEFAULT_JOB_OPTIONS, type Board } from './board.ts'
import { expect, onEveryStore } from './stores.ts'

const DAY = 86_400_000

interface ShownQueue {
  name: string
  counts: Record<string, number>
  hasWorkers: boolean | null
  jobs: { id: string }[]
  pagination: { pageCount: number }
}

/** What the board shows of the queue that a page is about. */
async function shown({ queue, onBoard }: Board, query = ''): Promise<ShownQueue> {
  const { body } = await onBoard('GET', `queues?activeQueue=${queue.name}${query}`)
  const found = (body as { queues: ShownQueue[] }).queues.find(({ name }) => name === queue.name)
  if (!found) throw new Error('the queue is not shown')
  return found
}

const shownIds = async (board: Board, query: string) => (await shown(board, query)).jobs.map(({ id }) => id)

/** One job in every state, by state. */
async function fillEveryState({ queue, flows, openTaker }: Board): Promise<Record<string, string | undefined>> {
  const taker = await openTaker()
  const [queueName, data] = [queue.name, {}]
  await queue.addBulk(['completed', 'failed', 'active'].map((name) => ({ name, data })))
  const [completed, failed, active] = [await taker.take(), await taker.take(), await taker.take()]
  await complete(completed)
  await fail(failed)
  const delayed = await queue.add('delayed', data, { delay: DAY })
  const prioritized = await queue.add('prioritized', data, { priority: 1 })
  const flow = await flows.add({ name: 'parent', queueName, data, children: [{ name: 'child', queueName, data }] })
  return {
    active: active.id,
    waiting: flow.children?.[0]?.job.id,
    'waiting-children': flow.job.id,
    prioritized: prioritized.id,
    completed: completed.id,
    failed: failed.id,
    delayed: delayed.id,
  }
}

onEveryStore('reading', (it) => {
  it('every queue is listed with its counts and settings, without its jobs', async (board) => {
    const { queue, other, onBoard } = board
    const states = Object.keys(await fillEveryState(board))
    await other.pause()
    await other.setGlobalConcurrency(4)
    await other.upsertJobScheduler('s', { every: DAY })
    const counts = Object.fromEntries(states.map((state) => [state, 1]))
    const one = { name: queue.name, isPaused: false, globalConcurrency: null, jobSchedulerCount: 0, counts, jobs: [] }
    const two = { name: other.name, isPaused: true, globalConcurrency: 4, jobSchedulerCount: 1, jobs: [] }
    expect(await onBoard('GET', 'queues')).toMatchObject(done({ queues: [one, two] }))
  })

  it('the jobs of every state are listed', async (board) => {
    const jobs = await fillEveryState(board)
    for (const [state, id] of Object.entries(jobs)) {
      expect([state, await shownIds(board, `&status=${state}`)]).toEqual([state, [id]])
    }
    expect((await shownIds(board, '&status=latest')).toSorted()).toEqual(Object.values(jobs).toSorted())
  })

  it('jobs that are done are listed in pages, the newest first', async (board) => {
    const { queue, openTaker } = board
    const taker = await openTaker()
    await queue.addBulk([1, 2, 3, 4, 5].map((n) => ({ name: 'a', data: { n }, opts: { jobId: `job-${n}` } })))
    for (let n = 0; n < 5; n++) await complete(await taker.take())
    const page = (number: number) => `&status=completed&jobsPerPage=2&page=${number}`
    expect((await shown(board, page(1))).pagination.pageCount).toBe(3)
    const pages = [await shownIds(board, page(1)), await shownIds(board, page(2)), await shownIds(board, page(3))]
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1])
    expect(pages.flat()).toEqual(ids(await queue.getJobs('completed')))
    expect(await shownIds(board, page(4))).toEqual([])
  })

  it('jobs that wait are listed in pages', async (board) => {
    await board.queue.addBulk([1, 2, 3, 4, 5].map((n) => ({ name: 'a', data: {}, opts: { jobId: `job-${n}` } })))
    const page = (number: number) => `&status=waiting&jobsPerPage=2&page=${number}`
    const pages = [await shownIds(board, page(1)), await shownIds(board, page(2)), await shownIds(board, page(3))]
    expect(pages).toEqual([['job-5', 'job-4'], ['job-3', 'job-2'], ['job-1']])
  })

  it('a page that is none is refused', async ({ onBoard }) => {
    for (const query of ['page=0', 'page=one', 'jobsPerPage=0', 'status=lost']) {
      expect(await onBoard('GET', `queues?${query}`)).toMatchObject(refused(400, 'INVALID_QUERY_PARAM'))
    }
  })

  it('a job is shown with all that is known of it', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker()
    await queue.add('mail', { to: 'Ada' }, { jobId: 'letter', attempts: 2 })
    const letter = await taker.take()
    await letter.updateProgress(50)
    expect(await onQueue('GET', 'letter')).toMatchObject(done({ job: { progress: 50 }, status: 'active' }))
    await complete(letter, { pages: 3 })
    expect(await onQueue('GET', 'letter')).toMatchObject(
      done({
        job: {
          id: 'letter',
          name: 'mail',
          data: { to: 'Ada' },
          opts: { attempts: 2 },
          attempts: 1,
          returnValue: { pages: 3 },
          isFailed: false,
          timestamp: letter.timestamp,
          processedOn: letter.processedOn,
          finishedOn: letter.finishedOn,
        },
        status: 'completed',
      }),
    )
  })

  it('a failed job is shown with its reason and where that came from', async ({ queue, onQueue, openTaker }) => {
    const job = await queue.add('a', {})
    await fail(await (await openTaker()).take(), new Error('the source is gone'))
    const { body } = await onQueue('GET', job.id ?? '')
    expect(body).toMatchObject({ job: { failedReason: 'the source is gone', isFailed: true }, status: 'failed' })
    expect((body as { job: { stacktrace: string[] } }).job.stacktrace[0]).toMatch(/^Error: the source is gone\n.* at /s)
  })

  it('the log of a job is shown, an empty one where there is none', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    await job.log('one')
    await job.log('two')
    expect(await onJob('GET', job, 'logs')).toEqual(done(['one', 'two']))
    expect(await onJob('GET', { id: 'nobody' }, 'logs')).toEqual(done([]))
  })

  it('a flow is shown whole from each of its jobs', async ({ queue, other, flows, onBoard, onJob, openTaker }) => {
    const [queueName, data] = [queue.name, {}]
    const child = { name: 'child', queueName: other.name, data, children: [{ name: 'grandchild', queueName, data }] }
    const flow = await flows.add({ name: 'parent', queueName, data, children: [child] })
    const inner = flow.children?.[0]
    const grandchild = inner?.children?.[0]?.job
    await complete(await (await openTaker()).take())
    const flowRoot = {
      id: flow.job.id,
      name: 'parent',
      state: 'waiting-children',
      queueName,
      dependencies: { unprocessed: 1, processed: 0 },
      children: [
        {
          id: inner?.job.id,
          state: 'waiting',
          queueName: other.name,
          dependencies: { unprocessed: 0, processed: 1 },
          children: [{ id: grandchild?.id, state: 'completed', queueName, children: [] }],
        },
      ],
    }
    const answers = [
      await onJob('GET', flow.job, 'flow'),
      await onBoard('GET', `queues/${other.name}/${inner?.job.id}/flow`),
      await onJob('GET', grandchild ?? {}, 'flow'),
    ]
    for (const [at, { id }] of [flow.job, inner?.job, grandchild].map((job) => job ?? { id: '' }).entries()) {
      expect(answers[at]).toMatchObject(done({ nodeId: id, isFlowNode: true, flowRoot }))
    }
  })

  it('a flow is shown from one of its jobs on, and as far as is asked', async ({ queue, flows, onJob }) => {
    const [queueName, data] = [queue.name, {}]
    const children = ['x', 'y', 'z'].map((name) => ({ name, queueName, data }))
    const { job, children: [first] = [] } = await flows.add({ name: 'parent', queueName, data, children })
    const some = await onJob('GET', job, 'flow?maxChildren=2')
    expect(some).toMatchObject(done({ flowRoot: { truncated: true, children: [{ children: [] }, { children: [] }] } }))
    const alone = await onJob('GET', first?.job ?? {}, 'flow?root=node')
    expect(alone).toMatchObject(done({ isFlowNode: false, flowRoot: { id: first?.job.id, children: [] } }))
  })

  it('a job that belongs to no flow is shown as such', async ({ queue, onJob }) => {
    const job = await queue.add('a', {})
    expect(await onJob('GET', job, 'flow')).toMatchObject(done({ nodeId: job.id, isFlowNode: false }))
  })

  it('what workers measure is shown', async ({ queue, onQueue, openTaker }) => {
    const taker = await openTaker({ metrics: { maxDataPoints: MetricsTime.ONE_HOUR } })
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })))
    await complete(await taker.take())
    await complete(await taker.take())
    await fail(await taker.take())
    const completed = { ...(await queue.getMetrics('completed')), meta: { count: 2 } }
    const failed = { ...(await queue.getMetrics('failed')), meta: { count: 1 } }
    expect(await onQueue('GET', 'metrics')).toMatchObject(done({ completed, failed }))
  })

  it('where nobody measures, nothing is shown', async ({ onQueue }) => {
    const nothing = { count: 0, data: [], meta: { count: 0 } }
    expect(await onQueue('GET', 'metrics')).toMatchObject(done({ completed: nothing, failed: nothing }))
  })

  it('the store is not asked who is connected: the status page tells workers', async (board) => {
    const { onQueue, openTaker } = board
    await openTaker({ name: 'Mona' })
    expect((await shown(board)).hasWorkers).toBeNull()
    expect((await onQueue('GET', 'workers')).status).toBe(403)
  })

  it('a job is linked to the status page', async (board) => {
    const job = await board.queue.add('a', {}, { jobId: 'a/b' })
    const { body } = await board.onJob('GET', job, '')
    expect(body).toMatchObject({ job: { externalUrl: { href: `/queues/${board.queue.name}/jobs/a%2Fb` } } })
  })

  it('the options that jobs get when they are added are shown', async ({ onQueue }) => {
    expect(await onQueue('GET', 'default-job-options')).toEqual(done(DEFAULT_JOB_OPTIONS))
    expect(await onQueue('GET', 'job-data-schema')).toEqual(done({}))
  })

  it('the store is shown with its version and who is connected', async ({ onBoard, openTaker }) => {
    await openTaker()
    const { status, body } = await onBoard('GET', 'redis/stats')
    const { version, uptime, clients } = body as { version: string; uptime: number; clients: { connected: number } }
    expect(status).toBe(200)
    expect(version).toMatch(/^\d+\.\d+/)
    expect(uptime).toBeGreaterThanOrEqual(0)
    expect(clients.connected).toBeGreaterThan(0)
  })

  it('a queue that is not there is not found', async ({ onBoard, other }) => {
    const notFound = refused(404, 'QUEUE_NOT_FOUND')
    for (const path of ['metrics', 'workers', 'rate-limit', 'some-job', 'some-job/logs', 'some-job/flow']) {
      expect(await onBoard('GET', `queues/nobody/${path}`)).toMatchObject(notFound)
    }
    for (const path of ['pause', 'empty', 'promote', 'retry/failed', 'clean/failed', 'obliterate', 'some-job/retry']) {
      expect(await onBoard('PUT', `queues/nobody/${path}`, {})).toMatchObject(notFound)
    }
    expect(await onBoard('POST', 'queues/nobody/add', { name: 'a' })).toMatchObject(notFound)
    expect(await other.getJobCountByTypes()).toBe(0)
  })
})
