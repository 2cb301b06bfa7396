import type { JobType } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, ids, past, stored, type Desk, type Queue } from './desk.ts'

const LONG = 60_000

/** A queue with jobs in every state: as many as the place of the state in this list. */
const STATES: JobType[] = ['waiting', 'active', 'completed', 'failed', 'delayed', 'prioritized', 'waiting-children']

async function full({ queue, taker, flows }: Desk): Promise<Queue> {
  const q = queue()
  const t = taker(q)
  const count = (state: JobType) => STATES.indexOf(state) + 1
  const add = (state: JobType, options = {}) =>
    q.addBulk(Array.from({ length: count(state) }, (_, n) => ({ name: state, data: { n }, opts: options })))
  await add('completed')
  for (let n = 0; n < count('completed'); n++) await complete(await t.take())
  await add('failed')
  for (let n = 0; n < count('failed'); n++) await fail(await t.take())
  await add('active')
  for (let n = 0; n < count('active'); n++) await t.take()
  await add('waiting')
  await add('delayed', { delay: LONG })
  await add('prioritized', { priority: 5 })
  await flows().addBulk(
    Array.from({ length: count('waiting-children') }, () => ({
      name: 'waiting-children',
      queueName: q.name,
      children: [{ name: 'child', queueName: `${q.name}-children` }],
    })),
  )
  return q
}

contract('getters', (it) => {
  it('jobs are counted in every state', async (desk) => {
    const q = await full(desk)
    expect(await q.getJobCounts()).toEqual({
      active: 2,
      completed: 3,
      delayed: 5,
      failed: 4,
      prioritized: 6,
      waiting: 1,
      'waiting-children': 7,
    })
    expect(
      await Promise.all([
        q.getWaitingCount(),
        q.getActiveCount(),
        q.getCompletedCount(),
        q.getFailedCount(),
        q.getDelayedCount(),
        q.getPrioritizedCount(),
        q.getWaitingChildrenCount(),
      ]),
    ).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('the jobs that are still to be done are counted together', async (desk) => {
    const q = await full(desk)
    expect(await q.count()).toBe(1 + 5 + 6 + 7)
  })

  it('jobs are counted in the states that are asked for, once each', async (desk) => {
    const q = await full(desk)
    expect(await q.getJobCounts('failed', 'waiting', 'failed')).toEqual({ failed: 4, waiting: 1 })
    expect(await q.getJobCountByTypes('failed', 'delayed')).toBe(9)
  })

  it('"wait" is another word for "waiting"', async (desk) => {
    const q = await full(desk)
    expect(await q.getJobCounts('wait')).toEqual({ wait: 1 })
    expect((await q.getJobs('wait')).map(({ name }) => name)).toEqual(['waiting'])
  })

  it('an empty queue counts nothing', async ({ queue }) => {
    const q = queue()
    expect(await q.count()).toBe(0)
    expect(Object.values(await q.getJobCounts())).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(await q.getJobs()).toEqual([])
    expect(await q.getCountsPerPriority([0, 1])).toEqual({ '0': 0, '1': 0 })
  })

  it('jobs are listed by state', async (desk) => {
    const q = await full(desk)
    const lists = await Promise.all([
      q.getWaiting(),
      q.getActive(),
      q.getCompleted(),
      q.getFailed(),
      q.getDelayed(),
      q.getPrioritized(),
      q.getWaitingChildren(),
    ])
    expect(lists.map((jobs) => jobs.map(({ name }) => name))).toEqual(
      STATES.map((state, n) => Array.from({ length: n + 1 }, () => state)),
    )
  })

  it('all jobs are listed where no state is asked for', async (desk) => {
    const q = await full(desk)
    expect(await q.getJobs()).toHaveLength(1 + 2 + 3 + 4 + 5 + 6 + 7)
  })

  it('the jobs of several states are listed one state after another', async (desk) => {
    const q = await full(desk)
    const jobs = await q.getJobs(['failed', 'waiting', 'active'])
    expect(jobs.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 4 }, () => 'failed'),
      'waiting',
      ...Array.from({ length: 2 }, () => 'active'),
    ])
  })

  it('a job that is listed is whole', async ({ queue }) => {
    const q = queue()
    await q.add('a', { n: 1 }, { attempts: 3 })
    const [job] = await q.getWaiting()
    expect(job).toMatchObject({ id: '1', name: 'a', data: { n: 1 }, opts: { attempts: 3 } })
    expect(await job?.getState()).toBe('waiting')
  })

  it('waiting jobs are listed from the next to the last', async ({ queue }) => {
    const q = queue()
    for (const name of ['a', 'b', 'c']) await q.add(name, {})
    await q.add('first', {}, { lifo: true })
    expect((await q.getWaiting()).map(({ name }) => name)).toEqual(['first', 'a', 'b', 'c'])
    expect((await q.getJobs(['waiting'])).map(({ name }) => name)).toEqual(['c', 'b', 'a', 'first'])
  })

  it('active jobs are listed from the one that was taken first', async ({ queue, taker }) => {
    const q = queue()
    await q.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })))
    const t = taker(q)
    for (let n = 0; n < 3; n++) await t.take()
    expect((await q.getActive()).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect((await q.getJobs(['active'])).map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  })

  it('jobs with priority are listed from the next to the last', async ({ queue }) => {
    const q = queue()
    for (const priority of [3, 1, 2, 1]) await q.add(`${priority}`, {}, { priority })
    expect(ids(await q.getPrioritized())).toEqual(['2', '4', '3', '1'])
    expect(ids(await q.getJobs(['prioritized']))).toEqual(['1', '3', '4', '2'])
  })

  it('parents are listed in the order of adding', async ({ queue, flows }) => {
    const q = queue()
    for (const jobId of ['p1', 'p2']) {
      await past(Date.now())
      await flows().add({
        name: 'parent',
        queueName: q.name,
        opts: { jobId },
        children: [{ name: 'child', queueName: `${q.name}-children` }],
      })
    }
    expect(ids(await q.getWaitingChildren())).toEqual(['p1', 'p2'])
  })

  const range = Array.from({ length: 10 }, (_, n) => `${n + 1}`)
  const states: Record<string, { make(desk: Desk, q: Queue): Promise<void>; state: JobType }> = {
    waiting: {
      state: 'waiting',
      make: async (_, q) => void (await q.addBulk(range.map((name) => ({ name, data: {} })))),
    },
    delayed: {
      state: 'delayed',
      make: async (_, q) => {
        for (const name of range) await q.add(name, {}, { delay: LONG + Number(name) })
      },
    },
    prioritized: {
      state: 'prioritized',
      make: async (_, q) => {
        for (const name of range) await q.add(name, {}, { priority: Number(name) })
      },
    },
    active: {
      state: 'active',
      make: async ({ taker }, q) => {
        await q.addBulk(range.map((name) => ({ name, data: {} })))
        const t = taker(q)
        for (const _ of range) await t.take()
      },
    },
    completed: {
      state: 'completed',
      make: async ({ taker }, q) => {
        await q.addBulk(range.map((name) => ({ name, data: {} })))
        const t = taker(q)
        for (const _ of range) {
          const job = await t.take()
          await complete(job)
          await past(job.finishedOn ?? 0)
        }
      },
    },
  }
  for (const [what, { state, make }] of Object.entries(states)) {
    it(`a part of the ${what} jobs can be listed from either end`, async (desk) => {
      const q = desk.queue()
      await make(desk, q)
      const part = async (start: number, end: number, ascending: boolean) =>
        ids(await q.getJobs([state], start, end, ascending))
      expect(await part(0, 2, true)).toEqual(['1', '2', '3'])
      expect(await part(3, 5, true)).toEqual(['4', '5', '6'])
      expect(await part(8, 20, true)).toEqual(['9', '10'])
      expect(await part(0, -1, true)).toEqual(range)
      expect(await part(0, 2, false)).toEqual(['10', '9', '8'])
      expect(await part(3, 5, false)).toEqual(['7', '6', '5'])
      expect(await part(8, 20, false)).toEqual(['2', '1'])
      expect(await part(0, -1, false)).toEqual(range.toReversed())
      expect(await part(10, 12, true)).toEqual([])
      expect(await part(10, 12, false)).toEqual([])
    })
  }

  it('the last jobs can be listed by counting from the end', async ({ queue }) => {
    const q = queue()
    for (const delay of [1, 2, 3, 4]) await q.add('a', {}, { delay: delay * LONG })
    expect(ids(await q.getJobs(['delayed'], -2, -1, true))).toEqual(['3', '4'])
    expect(ids(await q.getJobs(['delayed'], 0, -2, true))).toEqual(['1', '2', '3'])
  })

  it('pages together are the whole', async ({ queue }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 25 }, () => ({ name: 'a', data: {} })))
    const pages = await Promise.all([0, 10, 20].map((start) => q.getWaiting(start, start + 9)))
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5])
    expect(ids(pages.flat())).toEqual(ids(await q.getWaiting()))
  })

  it('the ids alone can be listed', async ({ queue }) => {
    const q = queue()
    await q.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })))
    await q.add('d', {}, { delay: LONG })
    expect(await q.getRanges(['waiting', 'delayed'], 0, -1, true)).toEqual(['1', '2', '3', '4'])
    expect(await q.getRanges(['waiting'], 1, 2, true)).toEqual(['2', '3'])
  })

  it('the state of a job can be asked by its id', async (desk) => {
    const q = await full(desk)
    for (const state of STATES) {
      const [job] = await q.getJobs([state])
      expect(await q.getJobState(job?.id ?? '')).toBe(state)
    }
    expect(await q.getJobState('nobody')).toBe('unknown')
  })

  it('a job that is gone is in no state', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await job.remove()
    expect(await job.getState()).toBe('unknown')
    expect([await job.isWaiting(), await job.isActive(), await job.isCompleted()]).toEqual([false, false, false])
  })

  it('jobs are found when there are thousands', async ({ queue }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 3000 }, (_, n) => ({ name: 'a', data: { n } })))
    expect(await q.getWaitingCount()).toBe(3000)
    expect((await stored(q, '2222')).data).toEqual({ n: 2221 })
    expect(ids(await q.getWaiting(2998))).toEqual(['2999', '3000'])
  })
})
