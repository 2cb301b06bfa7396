import { WaitingChildrenError, type FlowJob, type Job, type JobsOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, idOf, ids, soon, stored, TOKEN, type Desk, type Queue } from './desk.ts'

const LONG = 60_000

interface Family {
  parents: Queue
  children: Queue
  parent: Job
  /** The keys under which the parent knows its children. */
  keys: string[]
}

/** A parent `p` in one queue with children `c1`, `c2`, … in another. */
async function family(desk: Desk, count: number, options: { parent?: object; child?: object } = {}): Promise<Family> {
  const [parents, children] = [desk.queue(), desk.queue()]
  const names = Array.from({ length: count }, (_, n) => `c${n + 1}`)
  const { job } = await desk.flows().add({
    name: 'parent',
    queueName: parents.name,
    data: { role: 'parent' },
    opts: { jobId: 'p', ...options.parent },
    children: names.map((jobId) => ({
      name: 'child',
      queueName: children.name,
      data: { jobId },
      opts: { jobId, ...options.child },
    })),
  })
  return { parents, children, parent: job, keys: names.map((id) => `${children.qualifiedName}:${id}`) }
}

/** The options that make a job a child of this one. */
const childOf = (parent: Job, parents: Queue, options: JobsOptions = {}): JobsOptions => ({
  ...options,
  parent: { id: idOf(parent), queue: parents.qualifiedName },
})

contract('flows', (it) => {
  it('a parent waits for its children', async (desk) => {
    const { parents, children, parent } = await family(desk, 2)
    expect(await parent.getState()).toBe('waiting-children')
    expect(await parent.isWaitingChildren()).toBe(true)
    expect(await parents.getJobCounts('waiting', 'waiting-children')).toEqual({ waiting: 0, 'waiting-children': 1 })
    expect(await children.getWaitingCount()).toBe(2)
    expect(await desk.taker(parents).tryTake()).toBeUndefined()
  })

  it('a parent can be taken when its last child has completed', async (desk) => {
    const { parents, children, parent } = await family(desk, 2)
    const t = desk.taker(children)
    await complete(await t.take(), 'one')
    expect(await parent.getState()).toBe('waiting-children')
    await complete(await t.take(), 'two')
    expect(await parent.getState()).toBe('waiting')
    expect(await desk.taker(parents).take()).toMatchObject({ id: 'p', data: { role: 'parent' } })
  })

  it('a parent gets the results of its children', async (desk) => {
    const { parents, children, keys } = await family(desk, 2)
    const t = desk.taker(children)
    await complete(await t.take(), { rows: 1 })
    await complete(await t.take(), null)
    const parent = await desk.taker(parents).take()
    expect(await parent.getChildrenValues()).toEqual({ [`${keys[0]}`]: { rows: 1 }, [`${keys[1]}`]: null })
  })

  it('a child knows its parent', async (desk) => {
    const { parents, children, parent } = await family(desk, 1)
    expect(await stored(children, 'c1')).toMatchObject({
      parentKey: `${parents.qualifiedName}:p`,
      parent: { id: 'p', queueKey: parents.qualifiedName },
    })
    expect(parent.parentKey).toBeUndefined()
  })

  it('results stay with the parent when the children do not stay', async (desk) => {
    const { children, parent, keys } = await family(desk, 1, { child: { removeOnComplete: true } })
    await complete(await desk.taker(children).take(), 'bye')
    expect(await children.getJob('c1')).toBeUndefined()
    expect(await parent.getChildrenValues()).toEqual({ [`${keys[0]}`]: 'bye' })
    expect(await parent.getState()).toBe('waiting')
  })

  it('parent and children can be in one queue', async ({ queue, flows, taker }) => {
    const q = queue()
    await flows().add({ name: 'parent', queueName: q.name, children: [{ name: 'child', queueName: q.name }] })
    const t = taker(q)
    const child = await t.take()
    expect(child.name).toBe('child')
    await complete(child)
    expect((await t.take()).name).toBe('parent')
  })

  it('a job without children is a flow, too', async ({ queue, flows }) => {
    const q = queue()
    const { job, children } = await flows().add({ name: 'a', queueName: q.name, data: { n: 1 } })
    expect(children).toBeUndefined()
    expect(await job.getState()).toBe('waiting')
    expect((await stored(q, job.id)).data).toEqual({ n: 1 })
  })

  it('every job of a flow has an id of its own, and the tree is given back', async ({ queue, flows }) => {
    const q = queue()
    const tree = await flows().add({
      name: 'root',
      queueName: q.name,
      children: [
        { name: 'left', queueName: q.name, children: [{ name: 'leaf', queueName: q.name }] },
        { name: 'right', queueName: q.name },
      ],
    })
    const jobs = [
      tree.job,
      ...(tree.children ?? []).flatMap(({ job, children }) => [job, ...(children ?? []).map(({ job }) => job)]),
    ]
    expect(jobs.map(({ name }) => name)).toEqual(['root', 'left', 'leaf', 'right'])
    expect(new Set(ids(jobs)).size).toBe(4)
    expect(await Promise.all(jobs.map((job) => job.getState()))).toEqual([
      'waiting-children',
      'waiting-children',
      'waiting',
      'waiting',
    ])
  })

  it('generations are done from the leaves to the root', async ({ queue, flows, worker }) => {
    const q = queue()
    const order: string[] = []
    worker(q, async (job) => {
      order.push(job.name)
      return Object.values(await job.getChildrenValues()).reduce((sum: number, n) => sum + Number(n), 1)
    })
    const { job } = await flows().add({
      name: 'root',
      queueName: q.name,
      children: [
        {
          name: 'middle',
          queueName: q.name,
          children: [
            { name: 'leaf', queueName: q.name },
            { name: 'leaf', queueName: q.name },
          ],
        },
      ],
    })
    await soon(async () => expect(await job.getState()).toBe('completed'))
    expect(order).toEqual(['leaf', 'leaf', 'middle', 'root'])
    expect((await stored(q, job.id)).returnvalue).toBe(4)
  })

  it('a parent with fifty children gets all their results', async (desk) => {
    const { parents, children } = await family(desk, 50)
    desk.worker(children, async (job) => job.data.jobId, { concurrency: 5 })
    const parent = await soon(() => desk.taker(parents).take())
    const values = Object.values(await parent.getChildrenValues())
    expect(values.toSorted()).toEqual(Array.from({ length: 50 }, (_, n) => `c${n + 1}`).toSorted())
    expect(await parent.getDependenciesCount()).toEqual({ failed: 0, ignored: 0, processed: 50, unprocessed: 0 })
  })

  it('an idle worker is woken for a parent whose children are done', async (desk) => {
    const { parents, children } = await family(desk, 1)
    const w = desk.worker(parents, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await complete(await desk.taker(children).take())
    await completed
    expect(await parents.getJobState('p')).toBe('completed')
  })

  it('a parent with a delay waits for it after its children', async (desk) => {
    const { children, parent } = await family(desk, 1, { parent: { delay: LONG } })
    expect(await parent.getState()).toBe('waiting-children')
    const before = Date.now()
    await complete(await desk.taker(children).take())
    expect(await parent.getState()).toBe('delayed')
    const parents = desk.queue({ name: parent.queueName })
    expect(await parents.getDelayedCount(before + LONG)).toBe(0)
    expect(await parents.getDelayedCount(Date.now() + LONG + 1)).toBe(1)
  })

  it('a parent with a priority takes its place by it after its children', async (desk) => {
    const { parents, children, parent } = await family(desk, 1, { parent: { priority: 2 } })
    await parents.add('before', {}, { priority: 1 })
    await parents.add('behind', {}, { priority: 3 })
    await complete(await desk.taker(children).take())
    expect(await parent.getState()).toBe('prioritized')
    const t = desk.taker(parents)
    expect([(await t.take()).name, (await t.take()).name]).toEqual(['before', 'parent'])
  })

  it('a parent whose children are done waits in front of the others', async (desk) => {
    const { parents, children } = await family(desk, 1)
    await parents.add('other', {})
    await complete(await desk.taker(children).take())
    expect((await desk.taker(parents).take()).name).toBe('parent')
  })

  it('a parent in a paused queue waits there', async (desk) => {
    const { parents, children, parent } = await family(desk, 1)
    await parents.pause()
    await complete(await desk.taker(children).take())
    expect(await parent.getState()).toBe('waiting')
    expect(await desk.taker(parents).tryTake()).toBeUndefined()
  })

  it('the life of a parent is told', async (desk) => {
    const { parents, children } = await family(desk, 1)
    await complete(await desk.taker(children).take())
    expect(await desk.history(parents)).toEqual([
      { event: 'added', jobId: 'p', name: 'parent' },
      { event: 'waiting-children', jobId: 'p' },
      { event: 'waiting', jobId: 'p', prev: 'waiting-children' },
    ])
  })

  it('several flows can be added at once', async ({ queue, flows }) => {
    const q = queue()
    const flow = (name: string): FlowJob => ({ name, queueName: q.name, children: [{ name, queueName: q.name }] })
    const trees = await flows().addBulk([flow('a'), flow('b')])
    expect(trees.map(({ job, children }) => [job.name, children?.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(await q.getJobCounts('waiting', 'waiting-children')).toEqual({ waiting: 2, 'waiting-children': 2 })
  })

  it('a flow with one wrong job adds none', async ({ queue, flows }) => {
    const q = queue()
    const wrong = { name: 'a', queueName: q.name, opts: { jobId: '7' } }
    await expect(flows().add({ name: 'p', queueName: q.name, children: [wrong] })).rejects.toThrow(
      'Custom Id cannot be integers',
    )
    expect(await q.count()).toBe(0)
  })

  it('a flow uses the default job options that are given for its queues', async ({ queue, flows }) => {
    const q = queue()
    const { job } = await flows().add(
      { name: 'a', queueName: q.name, opts: { priority: 1 } },
      { queuesOptions: { [q.name]: { defaultJobOptions: { attempts: 4, priority: 9 } } } },
    )
    expect((await stored(q, job.id)).opts).toMatchObject({ attempts: 4, priority: 1 })
  })

  it('a flow can be read as a tree', async ({ queue, flows, taker }) => {
    const q = queue()
    const f = flows()
    await f.add({
      name: 'root',
      queueName: q.name,
      opts: { jobId: 'root' },
      children: [
        {
          name: 'middle',
          queueName: q.name,
          opts: { jobId: 'middle' },
          children: [{ name: 'leaf', queueName: q.name }],
        },
        { name: 'done', queueName: q.name, opts: { priority: 1, jobId: 'done' } },
      ],
    })
    const t = taker(q)
    await complete(await t.take(), 'leaf result')
    const tree = await f.getFlow({ id: 'root', queueName: q.name })
    expect(tree.job).toMatchObject({ id: 'root', name: 'root' })
    expect(tree.children?.map(({ job }) => job.name).toSorted()).toEqual(['done', 'middle'])
    const middle = tree.children?.find(({ job }) => job.name === 'middle')
    expect(middle?.children?.map(({ job }) => [job.name, job.returnvalue])).toEqual([['leaf', 'leaf result']])
  })

  it('a flow can be read down to a certain depth', async ({ queue, flows }) => {
    const q = queue()
    const f = flows()
    const leaf = { name: 'leaf', queueName: q.name }
    const middle = { name: 'middle', queueName: q.name, children: [leaf] }
    const { job } = await f.add({ name: 'root', queueName: q.name, children: [middle] })
    const shallow = await f.getFlow({ id: idOf(job), queueName: q.name, depth: 2 })
    expect(shallow.children?.map(({ children }) => children)).toEqual([undefined])
    expect((await f.getFlow({ id: idOf(job), queueName: q.name, depth: 1 })).children).toBeUndefined()
  })

  it('an unknown flow is undefined', async ({ queue, flows }) => {
    expect(await flows().getFlow({ id: 'nobody', queueName: queue().name })).toBeUndefined()
  })

  it.where('prefixes', 'a flow can span queues under other prefixes', async ({ queue, flows, taker }) => {
    const [one, other] = [queue(), queue({ prefix: 'elsewhere' })]
    const f = flows()
    const child = { name: 'child', queueName: other.name, prefix: 'elsewhere', opts: { jobId: 'c' } }
    const { job } = await f.add({ name: 'parent', queueName: one.name, children: [child] })
    expect((await f.getFlow({ id: idOf(job), queueName: one.name, prefix: 'bull' })).children).toHaveLength(1)
    await complete(await taker(other, { prefix: 'elsewhere' }).take(), 'far away')
    expect(await job.getChildrenValues()).toEqual({
      'elsewhere:': undefined,
      [`elsewhere:${other.name}:c`]: 'far away',
    })
  })

  it('a parent tells which children are done and which are not', async (desk) => {
    const { children, parent, keys } = await family(desk, 3)
    await complete(await desk.taker(children).take(), { rows: 1 })
    const { processed, unprocessed, failed, ignored } = await parent.getDependencies()
    expect(processed).toEqual({ [`${keys[0]}`]: { rows: 1 } })
    expect(unprocessed?.toSorted()).toEqual([keys[1], keys[2]])
    expect([failed, ignored]).toEqual([[], {}])
    expect(await parent.getDependenciesCount()).toEqual({ failed: 0, ignored: 0, processed: 1, unprocessed: 2 })
    expect(await parent.getDependenciesCount({ unprocessed: true })).toEqual({ unprocessed: 2 })
  })

  it('a parent tells only of the kinds of children that are asked for', async (desk) => {
    const { children, parent, keys } = await family(desk, 2)
    await complete(await desk.taker(children).take(), 1)
    expect(await parent.getDependencies({ processed: {} })).toEqual({
      processed: { [`${keys[0]}`]: 1 },
      nextProcessedCursor: 0,
    })
    expect(await parent.getDependencies({ unprocessed: { count: 10 } })).toEqual({
      unprocessed: [keys[1]],
      nextUnprocessedCursor: 0,
    })
  })

  it('a parent tells of many children in portions', async (desk) => {
    const { parent, keys } = await family(desk, 300)
    const seen = new Set<string>()
    let cursor: number | undefined = 0
    do {
      const { unprocessed, nextUnprocessedCursor } = await parent.getDependencies({
        unprocessed: { cursor, count: 100 },
      })
      for (const key of unprocessed ?? []) seen.add(key)
      cursor = nextUnprocessedCursor
    } while (cursor)
    expect([...seen].toSorted()).toEqual(keys.toSorted())
  })

  it('a queue tells of the children of a job page by page', async (desk) => {
    const { parents, children, keys } = await family(desk, 5)
    const t = desk.taker(children)
    await complete(await t.take(), { rows: 1 })
    await complete(await t.take(), 'two')
    const pending = await parents.getDependencies('p', 'pending', 0, -1)
    expect(pending.total).toBe(3)
    expect(pending.items.map(({ id }) => id).toSorted()).toEqual(keys.slice(2))
    expect(pending.jobs.map(({ name }) => name)).toEqual(['child', 'child', 'child'])
    const pages = await Promise.all([0, 2].map((start) => parents.getDependencies('p', 'pending', start, start + 1)))
    expect(pages.map(({ items }) => items.length)).toEqual([2, 1])
    expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(3)
    const processed = await parents.getDependencies('p', 'processed', 0, -1)
    expect(processed.total).toBe(2)
    expect(Object.fromEntries(processed.items.map(({ id, v }) => [id, v]))).toEqual({
      [`${keys[0]}`]: { rows: 1 },
      [`${keys[1]}`]: 'two',
    })
  })

  it('a job without children has none to tell of', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    expect(await job.getDependencies()).toEqual({ processed: {}, unprocessed: [], failed: [], ignored: {} })
    expect(await job.getDependenciesCount()).toEqual({ failed: 0, ignored: 0, processed: 0, unprocessed: 0 })
    expect(await job.getChildrenValues()).toEqual({})
    expect(await q.getDependencies('1', 'pending', 0, -1)).toMatchObject({ items: [], total: 0 })
  })

  it('a child can be added to a parent that waits for children', async (desk) => {
    const { parents, children, parent } = await family(desk, 1)
    await children.add('late', {}, childOf(parent, parents))
    expect(await parent.getDependenciesCount({ unprocessed: true })).toEqual({ unprocessed: 2 })
    const t = desk.taker(children)
    await complete(await t.take())
    expect(await parent.getState()).toBe('waiting-children')
    await complete(await t.take())
    expect(await parent.getState()).toBe('waiting')
  })

  it('children of a bulk are added to their parent', async (desk) => {
    const { parents, children, parent } = await family(desk, 1)
    await children.addBulk([
      { name: 'late', data: {}, opts: childOf(parent, parents) },
      { name: 'late', data: {}, opts: childOf(parent, parents, { delay: LONG }) },
      { name: 'late', data: {}, opts: childOf(parent, parents, { priority: 1 }) },
    ])
    expect(await parent.getDependenciesCount({ unprocessed: true })).toEqual({ unprocessed: 4 })
  })

  it('a child of a parent that is not there is refused', async ({ queue }) => {
    const q = queue()
    const opts: JobsOptions = { parent: { id: 'nobody', queue: q.qualifiedName } }
    const error = { code: -5, message: `Missing key for parent job ${q.qualifiedName}:nobody. addJob` }
    await expect(q.add('a', {}, opts)).rejects.toMatchObject(error)
    await expect(q.add('a', {}, { ...opts, delay: LONG })).rejects.toMatchObject(error)
    await expect(q.add('a', {}, { ...opts, priority: 1 })).rejects.toMatchObject(error)
    expect(await q.count()).toBe(0)
  })

  it('a flow under a parent that is not there is refused', async ({ queue, flows }) => {
    const q = queue()
    const opts = { parent: { id: 'nobody', queue: q.qualifiedName } }
    await expect(flows().add({ name: 'a', queueName: q.name, opts })).rejects.toMatchObject({
      code: -5,
      message: `Missing key for parent job ${q.qualifiedName}:nobody. addJob`,
    })
    expect(await q.count()).toBe(0)
  })

  it('a child of one living parent cannot be given to another', async (desk) => {
    const { children } = await family(desk, 1)
    const parents = desk.queue()
    const other = await parents.add('other', {})
    await expect(children.add('child', {}, childOf(other, parents, { jobId: 'c1' }))).rejects.toMatchObject({
      code: -7,
      message: `The parent job ${parents.qualifiedName}:1 cannot be replaced. addJob`,
    })
    expect((await stored(children, 'c1')).parent?.id).toBe('p')
  })

  it('a job that is there already becomes the child of a flow', async ({ queue, flows, taker }) => {
    const q = queue()
    await q.add('child', {}, { jobId: 'c' })
    const { job } = await flows().add({
      name: 'parent',
      queueName: q.name,
      children: [{ name: 'child', queueName: q.name, opts: { jobId: 'c' } }],
    })
    expect(await job.getState()).toBe('waiting-children')
    await complete(await taker(q).take(), 'from before')
    expect(await job.getState()).toBe('waiting')
    expect(Object.values(await job.getChildrenValues())).toEqual(['from before'])
  })

  it('a parent whose only child has completed before waits no longer', async ({ queue, flows, taker }) => {
    const q = queue()
    await q.add('child', {}, { jobId: 'c' })
    await complete(await taker(q).take(), 'from before')
    const { job } = await flows().add({
      name: 'parent',
      queueName: q.name,
      children: [{ name: 'child', queueName: q.name, opts: { jobId: 'c' } }],
    })
    expect(await job.getState()).toBe('waiting')
    expect(Object.values(await job.getChildrenValues())).toEqual(['from before'])
  })

  it('a parent one of whose children has completed before waits for the other', async ({ queue, flows, taker }) => {
    const q = queue()
    await q.add('child', {}, { jobId: 'c' })
    const t = taker(q)
    await complete(await t.take(), 'from before')
    const { job } = await flows().add({
      name: 'parent',
      queueName: q.name,
      children: [
        { name: 'child', queueName: q.name, opts: { jobId: 'c' } },
        { name: 'child', queueName: q.name },
      ],
    })
    expect(await job.getState()).toBe('waiting-children')
    await complete(await t.take(), 'new')
    expect(Object.values(await job.getChildrenValues()).toSorted()).toEqual(['from before', 'new'])
    expect(await job.getState()).toBe('waiting')
  })

  it('an active job can go to wait for children that it added', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('parent', {})
    const t = taker(q)
    const parent = await t.take()
    await q.add('child', {}, childOf(parent, q))
    expect(await parent.moveToWaitingChildren(TOKEN)).toBe(true)
    expect(await parent.getState()).toBe('waiting-children')
    expect((await history(q)).at(-1)).toEqual({ event: 'waiting-children', jobId: '1', prev: 'active' })
    await complete(await t.take(), 'result')
    const again = await t.take('again')
    expect(again).toMatchObject({ name: 'parent', attemptsStarted: 2, attemptsMade: 0 })
    expect(Object.values(await again.getChildrenValues())).toEqual(['result'])
  })

  it('an active job without open children does not go to wait', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const parent = await taker(q).take()
    expect(await parent.moveToWaitingChildren(TOKEN)).toBe(false)
    expect(await parent.getState()).toBe('active')
    await complete(parent)
    expect(await parent.getState()).toBe('completed')
  })

  it('an active job can go to wait for one certain child', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const t = taker(q)
    const parent = await t.take()
    await q.add('child', {}, childOf(parent, q, { jobId: 'c' }))
    const wait = (id: string) => parent.moveToWaitingChildren(TOKEN, { child: { id, queue: q.qualifiedName } })
    expect(await wait('nobody')).toBe(false)
    expect(await parent.getState()).toBe('active')
    expect(await wait('c')).toBe(true)
    expect(await parent.getState()).toBe('waiting-children')
  })

  it("a job in another's hands does not go to wait for children", async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const parent = await taker(q).take()
    await q.add('child', {}, childOf(parent, q))
    await expect(parent.moveToWaitingChildren('other')).rejects.toMatchObject({
      code: -6,
      message: 'Lock mismatch for job 1. Cmd moveToWaitingChildren from active',
    })
    expect(await parent.getState()).toBe('active')
  })

  it('a job that is not there does not go to wait for children', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const parent = await taker(q).take()
    await q.obliterate({ force: true })
    await expect(parent.moveToWaitingChildren(TOKEN)).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job 1. moveToWaitingChildren',
    })
  })

  it('a processor can add children, wait for them and go on', async ({ queue, worker }) => {
    const q = queue()
    worker(
      q,
      async (job, token = '') => {
        if (job.name === 'child') return job.data.n
        if (job.attemptsStarted === 1) {
          for (const n of [1, 2]) await q.add('child', { n }, childOf(job, q))
          if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError()
        }
        return Object.values(await job.getChildrenValues()).toSorted()
      },
      { concurrency: 2 },
    )
    const job = await q.add('parent', {})
    await soon(async () => expect(await job.getState()).toBe('completed'))
    expect(await stored(q, job.id)).toMatchObject({ returnvalue: [1, 2], attemptsMade: 1, attemptsStarted: 2 })
  })

  it('a job with open children cannot complete', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const parent = await taker(q).take()
    await q.add('child', {}, childOf(parent, q))
    await expect(complete(parent)).rejects.toMatchObject({
      code: -4,
      message: 'Job 1 has pending dependencies. moveToFinished',
    })
    expect(await parent.getState()).toBe('active')
  })

  it('a job with open children can fail', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const parent = await taker(q).take()
    await q.add('child', {}, childOf(parent, q))
    await fail(parent)
    expect(await parent.getState()).toBe('failed')
  })

  it('a completed child that is done again is open again for its parent', async (desk) => {
    const { children, parent, keys } = await family(desk, 2)
    const job = await desk.taker(children).take()
    await complete(job, 'first')
    await job.retry('completed')
    expect(await parent.getDependenciesCount()).toMatchObject({ processed: 0, unprocessed: 2 })
    await complete(await desk.taker(children).take(), 'other')
    await complete(await desk.taker(children).take(), 'second')
    expect(await parent.getChildrenValues()).toEqual({ [`${keys[0]}`]: 'second', [`${keys[1]}`]: 'other' })
    expect(await parent.getState()).toBe('waiting')
  })

  it('a removed parent takes its children with it', async (desk) => {
    const { parents, children, parent } = await family(desk, 3)
    await complete(await desk.taker(children).take())
    expect(await parents.remove('p')).toBe(1)
    expect(await parent.getState()).toBe('unknown')
    expect(await children.getJobCounts('waiting', 'completed')).toEqual({ waiting: 0, completed: 0 })
    expect(await children.getJob('c2')).toBeUndefined()
  })

  it('a parent can be removed without its children', async (desk) => {
    const { parents, children } = await family(desk, 2)
    expect(await parents.remove('p', { removeChildren: false })).toBe(1)
    expect(await children.getWaitingCount()).toBe(2)
    await complete(await desk.taker(children).take())
    expect(await children.getCompletedCount()).toBe(1)
  })

  it('a parent with an active child is not removed', async (desk) => {
    const { parents, children, parent } = await family(desk, 2)
    await desk.taker(children).take()
    expect(await parents.remove('p')).toBe(0)
    await expect(parent.remove()).rejects.toThrow('Job p could not be removed because it is locked by another worker')
    expect(await parent.getState()).toBe('waiting-children')
    expect(await children.getWaitingCount()).toBe(1)
  })

  it('a removed child is waited for no longer', async (desk) => {
    const { children, parent } = await family(desk, 2)
    await children.remove('c1')
    expect(await parent.getDependenciesCount({ unprocessed: true })).toEqual({ unprocessed: 1 })
    expect(await parent.getState()).toBe('waiting-children')
    await children.remove('c2')
    expect(await parent.getState()).toBe('waiting')
    expect(await parent.getChildrenValues()).toEqual({})
  })

  it('a child can leave its parent', async (desk) => {
    const { children, parent } = await family(desk, 2)
    const [one, other] = [await stored(children, 'c1'), await stored(children, 'c2')]
    expect(await one.removeChildDependency()).toBe(true)
    expect([one.parent, one.parentKey]).toEqual([undefined, undefined])
    expect((await stored(children, 'c1')).parent).toBeUndefined()
    expect(await parent.getState()).toBe('waiting-children')
    expect(await other.removeChildDependency()).toBe(true)
    expect(await parent.getState()).toBe('waiting')
    expect(await children.getWaitingCount()).toBe(2)
  })

  it('a child that is done cannot leave its parent', async (desk) => {
    const { children, parent } = await family(desk, 2)
    const child = await desk.taker(children).take()
    await complete(child, 'stays')
    expect(await child.removeChildDependency()).toBe(false)
    expect(Object.values(await parent.getChildrenValues())).toEqual(['stays'])
  })

  it('a child whose parent is gone cannot leave it', async (desk) => {
    const { parents, children } = await family(desk, 1)
    const child = await stored(children, 'c1')
    await parents.remove('p', { removeChildren: false })
    await expect(child.removeChildDependency()).rejects.toMatchObject({
      code: -5,
      message: `Missing key for parent job ${parents.qualifiedName}:p. removeChildDependency`,
    })
  })

  it('a child that is gone cannot leave its parent', async (desk) => {
    const { children } = await family(desk, 2)
    const child = await stored(children, 'c1')
    await children.remove('c1')
    await expect(child.removeChildDependency()).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job c1. removeChildDependency',
    })
  })

  it('the children that are not done can be removed at once', async (desk) => {
    const { children, parent } = await family(desk, 4)
    const t = desk.taker(children)
    await complete(await t.take(), 'done')
    const active = await t.take()
    await parent.removeUnprocessedChildren()
    expect(await children.getJobCounts('waiting', 'active', 'completed')).toEqual({
      waiting: 0,
      active: 1,
      completed: 1,
    })
    expect(await parent.getDependenciesCount()).toMatchObject({ processed: 1, unprocessed: 1 })
    await complete(active)
    expect(await parent.getState()).toBe('waiting')
  })

  it('a parent without the children that were not done can be taken', async (desk) => {
    const { parents, children, parent } = await family(desk, 2)
    await parent.removeUnprocessedChildren()
    expect(await children.count()).toBe(0)
    expect(await parent.getState()).toBe('waiting')
    expect((await desk.taker(parents).take()).id).toBe('p')
  })

  it('draining the queue of the children lets the parent go on', async (desk) => {
    const { children, parent } = await family(desk, 2)
    await children.drain()
    expect(await children.count()).toBe(0)
    expect(await parent.getState()).toBe('waiting')
  })

  it('obliterating the queue of the children lets the parent go on', async (desk) => {
    const { children, parent } = await family(desk, 2)
    await children.obliterate()
    expect(await parent.getState()).toBe('waiting')
  })

  it('a child is deduplicated as any other job', async (desk) => {
    const children = desk.queue()
    await children.add('child', {}, { deduplication: { id: 'd' } })
    const f = desk.flows()
    await f.add({ name: 'a', queueName: children.name, opts: { deduplication: { id: 'd' } } })
    expect(await children.getWaitingCount()).toBe(1)
  })

  it('deduplication of a parent is refused', async ({ queue, flows }) => {
    const q = queue()
    // The types forbid it, too.
    const flow = {
      name: 'a',
      queueName: q.name,
      opts: { deduplication: { id: 'd' } },
      children: [{ name: 'b', queueName: q.name }],
    } as FlowJob
    await expect(flows().add(flow)).rejects.toThrow('Deduplication options cannot be used on flow nodes with children')
    expect(await q.count()).toBe(0)
  })
})
