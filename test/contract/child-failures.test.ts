import { UnrecoverableError, type Job, type JobsOptions } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, heard, soon, stored, TOKEN, type Desk, type Queue } from './desk.ts'

interface Family {
  parents: Queue
  children: Queue
  parent: Job
  /** The key under which the parent knows this child. */
  key(id: string): string
  /** Takes the next child and lets it fail, or complete. */
  failNext(reason?: string): Promise<Job>
  completeNext(result?: unknown): Promise<Job>
}

/** A parent `p` with children `c1`, `c2`, … that have these options; the last ones have none. */
async function family(desk: Desk, options: JobsOptions[], parentOptions: JobsOptions = {}): Promise<Family> {
  const [parents, children] = [desk.queue(), desk.queue()]
  const { job } = await desk.flows().add({
    name: 'parent',
    queueName: parents.name,
    opts: { ...parentOptions, jobId: 'p' } as object,
    children: options.map((opts, n) => ({
      name: 'child',
      queueName: children.name,
      opts: { ...opts, jobId: `c${n + 1}` } as object,
    })),
  })
  const t = desk.taker(children)
  return {
    parents,
    children,
    parent: job,
    key: (id) => `${children.qualifiedName}:${id}`,
    async failNext(reason = 'broken') {
      const child = await t.take()
      await fail(child, reason)
      return child
    },
    async completeNext(result = 'done') {
      const child = await t.take()
      await complete(child, result)
      return child
    },
  }
}

contract('child failures', (it) => {
  it('without a rule the parent of a failed child waits on', async (desk) => {
    const { parent, failNext, key } = await family(desk, [{}])
    await failNext()
    expect(await parent.getState()).toBe('waiting-children')
    expect((await parent.getDependencies()).unprocessed).toEqual([key('c1')])
  })

  it('without a rule the parent goes on when the failed child is tried again', async (desk) => {
    const { parent, failNext, completeNext } = await family(desk, [{}])
    const child = await failNext()
    await child.retry()
    await completeNext('at last')
    expect(await parent.getState()).toBe('waiting')
    expect(Object.values(await parent.getChildrenValues())).toEqual(['at last'])
  })

  const rules: [string, JobsOptions][] = [
    ['failParentOnFailure', { failParentOnFailure: true }],
    ['continueParentOnFailure', { continueParentOnFailure: true }],
    ['ignoreDependencyOnFailure', { ignoreDependencyOnFailure: true }],
    ['removeDependencyOnFailure', { removeDependencyOnFailure: true }],
  ]
  for (const [name, rule] of rules) {
    it(`${name} does nothing as long as the child has attempts left`, async (desk) => {
      const { parent, failNext } = await family(desk, [{ ...rule, attempts: 2 }])
      await failNext()
      expect(await parent.getState()).toBe('waiting-children')
      expect(await parent.getDependenciesCount()).toMatchObject({ failed: 0, ignored: 0, unprocessed: 1 })
      await failNext()
      expect(await parent.getState()).toBe('waiting')
    })

    it(`${name} does nothing when the child completes`, async (desk) => {
      const { parent, completeNext, key } = await family(desk, [rule])
      await completeNext('fine')
      expect(await parent.getState()).toBe('waiting')
      expect(await parent.getChildrenValues()).toEqual({ [key('c1')]: 'fine' })
      expect((await stored(desk.queue({ name: parent.queueName }), 'p')).deferredFailure).toBeUndefined()
    })

    it(`${name} works when the failed child does not stay`, async (desk) => {
      const { parent, children, failNext } = await family(desk, [{ ...rule, removeOnFail: true }])
      await failNext()
      expect(await children.getJob('c1')).toBeUndefined()
      expect(await parent.getState()).toBe('waiting')
    })

    it(`${name} lets go an idle worker of the parent's queue`, async (desk) => {
      const { parents, failNext } = await family(desk, [rule])
      const w = desk.worker(parents, async () => 'done', { drainDelay: 60 })
      await heard(w, 'drained')
      const ended = Promise.race([heard(w, 'completed'), heard(w, 'failed')])
      await failNext()
      await ended
      expect(await parents.getJobCountByTypes('completed', 'failed')).toBe(1)
    })
  }

  it('failParentOnFailure lets the parent fail for the child', async (desk) => {
    const { parents, parent, failNext, key } = await family(desk, [{ failParentOnFailure: true }, {}])
    await failNext('no paper')
    expect(await parent.getState()).toBe('waiting')
    expect((await stored(parents, 'p')).deferredFailure).toBe(`child ${key('c1')} failed`)
    const [job, error] = await heard<[Job, Error]>(
      desk.worker(parents, async () => 'never'),
      'failed',
    )
    expect(job.id).toBe('p')
    expect(error).toBeInstanceOf(UnrecoverableError)
    expect(await parent.getState()).toBe('failed')
    const failed = await stored(parents, 'p')
    expect(failed.failedReason).toBe(`child ${key('c1')} failed`)
    expect(failed.deferredFailure).toBeUndefined()
  })

  it('failParentOnFailure lets the parent fail whatever attempts it has', async (desk) => {
    const { parents, parent, failNext } = await family(desk, [{ failParentOnFailure: true }], { attempts: 5 })
    await failNext()
    await heard(
      desk.worker(parents, async () => 'never'),
      'failed',
    )
    expect(await parent.getState()).toBe('failed')
  })

  it('failParentOnFailure lists the child as failed', async (desk) => {
    const { parent, failNext, key } = await family(desk, [{ failParentOnFailure: true }, {}])
    await failNext()
    const { failed, unprocessed } = await parent.getDependencies()
    expect([failed, unprocessed]).toEqual([[key('c1')], [key('c2')]])
    expect(await parent.getDependenciesCount()).toEqual({ failed: 1, ignored: 0, processed: 0, unprocessed: 1 })
    expect(await parent.getDependencies({ failed: {} })).toMatchObject({ failed: [key('c1')] })
    expect(await parent.getIgnoredChildrenFailures()).toEqual({})
  })

  it('failParentOnFailure goes up through the generations that have it', async ({ queue, flows, taker, worker }) => {
    const q = queue()
    const rule = { failParentOnFailure: true }
    const { job } = await flows().add({
      name: 'root',
      queueName: q.name,
      children: [
        {
          name: 'middle',
          queueName: q.name,
          opts: rule,
          children: [{ name: 'leaf', queueName: q.name, opts: rule }],
        },
      ],
    })
    await fail(await taker(q).take())
    worker(q, async () => 'never')
    await soon(async () => expect(await job.getState()).toBe('failed'))
    expect(await q.getJobCounts('failed', 'waiting', 'waiting-children')).toEqual({
      failed: 3,
      waiting: 0,
      'waiting-children': 0,
    })
  })

  it('failParentOnFailure stops at a generation that does not have it', async ({ queue, flows, taker, worker }) => {
    const q = queue()
    const leaf = { name: 'leaf', queueName: q.name, opts: { failParentOnFailure: true } }
    const { job } = await flows().add({
      name: 'root',
      queueName: q.name,
      children: [{ name: 'middle', queueName: q.name, children: [leaf] }],
    })
    await fail(await taker(q).take())
    await heard(
      worker(q, async () => 'never'),
      'failed',
    )
    await soon(async () => expect(await q.getFailedCount()).toBe(2))
    expect(await job.getState()).toBe('waiting-children')
  })

  it('failParentOnFailure keeps an active parent from completing', async ({ queue, taker }) => {
    const q = queue()
    await q.add('parent', {})
    const t = taker(q)
    const parent = await t.take()
    await q.add('child', {}, { parent: { id: '1', queue: q.qualifiedName }, failParentOnFailure: true })
    await fail(await t.take())
    const error = { name: 'UnrecoverableError', code: -9 }
    await expect(complete(parent)).rejects.toMatchObject({
      ...error,
      message: 'Cannot complete job 1 because it has at least one failed child. moveToFinished',
    })
    await expect(parent.moveToWaitingChildren(TOKEN)).rejects.toMatchObject({
      ...error,
      message: 'Cannot complete job 1 because it has at least one failed child. moveToWaitingChildren',
    })
    expect(await parent.getState()).toBe('active')
    expect((await stored(q, '1')).deferredFailure).toBe(`child ${q.qualifiedName}:2 failed`)
  })

  it('failParentOnFailure lets a delayed parent fail at once', async ({ queue, taker, worker }) => {
    const q = queue()
    const parent = await q.add('parent', {}, { delay: 60_000 })
    await q.add('child', {}, { parent: { id: '1', queue: q.qualifiedName }, failParentOnFailure: true })
    await fail(await taker(q).take())
    expect(await parent.getState()).toBe('waiting')
    await heard(
      worker(q, async () => 'never'),
      'failed',
    )
    expect(await parent.getState()).toBe('failed')
  })

  it('failParentOnFailure leaves the other children where they are', async (desk) => {
    const { children, parents, parent, failNext, completeNext } = await family(desk, [
      { failParentOnFailure: true },
      {},
    ])
    await failNext()
    await heard(
      desk.worker(parents, async () => 'never'),
      'failed',
    )
    expect(await children.getWaitingCount()).toBe(1)
    await completeNext()
    expect(await parent.getState()).toBe('failed')
  })

  it('a parent that failed for its child can be tried again with it', async (desk) => {
    const { parents, parent, failNext, completeNext } = await family(desk, [{ failParentOnFailure: true }])
    const child = await failNext()
    const w = desk.worker(parents, async () => 'never')
    await heard(w, 'failed')
    await w.close()
    await child.retry()
    expect(await parent.getDependenciesCount()).toMatchObject({ failed: 0, unprocessed: 1 })
    await completeNext('at last')
    await (await stored(parents, 'p')).retry()
    const completed = heard(
      desk.worker(parents, async () => 'done'),
      'completed',
    )
    await completed
    expect(await parent.getState()).toBe('completed')
    expect(Object.values(await parent.getChildrenValues())).toEqual(['at last'])
  })

  it('ignoreDependencyOnFailure lets the parent go on with the others', async (desk) => {
    const { parents, parent, failNext, completeNext, key } = await family(desk, [
      { ignoreDependencyOnFailure: true },
      {},
    ])
    await failNext('no paper')
    expect(await parent.getState()).toBe('waiting-children')
    await completeNext('fine')
    expect(await parent.getState()).toBe('waiting')
    const job = await desk.taker(parents).take()
    expect(job.deferredFailure).toBeUndefined()
    expect(await job.getChildrenValues()).toEqual({ [key('c2')]: 'fine' })
    expect(await job.getIgnoredChildrenFailures()).toEqual({ [key('c1')]: 'no paper' })
    await complete(job)
    expect(await parent.getState()).toBe('completed')
  })

  it('ignoreDependencyOnFailure lists the child as ignored, with its reason', async (desk) => {
    const { parent, failNext, key } = await family(desk, [{ ignoreDependencyOnFailure: true }, {}])
    await failNext('no "paper"')
    const { ignored, failed, processed, unprocessed } = await parent.getDependencies()
    expect(ignored).toEqual({ [key('c1')]: 'no "paper"' })
    expect([failed, processed, unprocessed]).toEqual([[], {}, [key('c2')]])
    expect(await parent.getDependenciesCount()).toEqual({ failed: 0, ignored: 1, processed: 0, unprocessed: 1 })
    expect(await parent.getDependencies({ ignored: {} })).toEqual({
      ignored: { [key('c1')]: 'no "paper"' },
      nextIgnoredCursor: 0,
    })
    expect(await parent.getFailedChildrenValues()).toEqual({ [key('c1')]: 'no "paper"' })
  })

  it('ignoreDependencyOnFailure lets the parent of none but failed children go on', async (desk) => {
    const rule = { ignoreDependencyOnFailure: true }
    const { parent, failNext } = await family(desk, [rule, rule])
    await failNext()
    await failNext()
    expect(await parent.getState()).toBe('waiting')
    expect(await parent.getDependenciesCount()).toMatchObject({ ignored: 2, unprocessed: 0 })
  })

  it('removeDependencyOnFailure forgets the child', async (desk) => {
    const { parent, failNext, completeNext, key } = await family(desk, [{ removeDependencyOnFailure: true }, {}])
    await failNext()
    expect(await parent.getState()).toBe('waiting-children')
    expect(await parent.getDependencies()).toEqual({
      failed: [],
      ignored: {},
      processed: {},
      unprocessed: [key('c2')],
    })
    await completeNext('fine')
    expect(await parent.getState()).toBe('waiting')
    expect(await parent.getChildrenValues()).toEqual({ [key('c2')]: 'fine' })
  })

  it('continueParentOnFailure lets the parent go on at once', async (desk) => {
    const { parents, parent, failNext, key } = await family(desk, [{ continueParentOnFailure: true }, {}, {}])
    await failNext('no paper')
    expect(await parent.getState()).toBe('waiting')
    const job = await desk.taker(parents).take()
    expect(await job.getIgnoredChildrenFailures()).toEqual({ [key('c1')]: 'no paper' })
    expect(await job.getDependenciesCount()).toEqual({ failed: 0, ignored: 1, processed: 0, unprocessed: 2 })
  })

  it('a parent that goes on early can remove its open children and complete', async (desk) => {
    const { parents, children, parent, failNext } = await family(desk, [{ continueParentOnFailure: true }, {}, {}])
    await failNext()
    const job = await desk.taker(parents).take()
    await expect(complete(job)).rejects.toMatchObject({ code: -4 })
    await job.removeUnprocessedChildren()
    expect(await children.getJobCounts('waiting', 'failed')).toEqual({ waiting: 0, failed: 1 })
    await complete(job)
    expect(await parent.getState()).toBe('completed')
  })

  it('a parent that goes on early can wait for the others after all', async (desk) => {
    const { parents, parent, failNext, completeNext } = await family(desk, [{ continueParentOnFailure: true }, {}])
    await failNext()
    const t = desk.taker(parents)
    const job = await t.take()
    expect(await job.moveToWaitingChildren(TOKEN)).toBe(true)
    await completeNext('fine')
    expect(await parent.getState()).toBe('waiting')
    expect(Object.values(await (await t.take()).getChildrenValues())).toEqual(['fine'])
  })

  it('a failed child that failed its parent is open again when it is tried again', async (desk) => {
    const { parent, failNext, key } = await family(desk, [{ failParentOnFailure: true }, {}])
    await (await failNext()).retry()
    expect((await parent.getDependencies()).unprocessed?.toSorted()).toEqual([key('c1'), key('c2')])
    expect(await parent.getDependenciesCount()).toMatchObject({ failed: 0, unprocessed: 2 })
  })

  it('an ignored child is open again when it is tried again', async (desk) => {
    const { parent, failNext, completeNext, key } = await family(desk, [{ ignoreDependencyOnFailure: true }, {}])
    await (await failNext()).retry()
    expect(await parent.getDependenciesCount()).toMatchObject({ ignored: 0, unprocessed: 2 })
    await completeNext('other')
    expect(await parent.getState()).toBe('waiting-children')
    await completeNext('at last')
    expect(await parent.getChildrenValues()).toEqual({ [key('c1')]: 'at last', [key('c2')]: 'other' })
    expect(await parent.getIgnoredChildrenFailures()).toEqual({})
    expect(await parent.getState()).toBe('waiting')
  })

  it('a child that let its parent go on early is open again when it is tried again', async (desk) => {
    const { parent, failNext } = await family(desk, [{ continueParentOnFailure: true }, {}])
    await (await failNext()).retry()
    expect(await parent.getDependenciesCount()).toMatchObject({ ignored: 0, unprocessed: 2 })
  })

  it('ignored children are open again when all failed jobs are retried', async (desk) => {
    const { children, parent, failNext, completeNext } = await family(desk, [{ ignoreDependencyOnFailure: true }, {}])
    await failNext()
    await children.retryJobs()
    expect(await parent.getDependenciesCount()).toMatchObject({ ignored: 0, unprocessed: 2 })
    await completeNext()
    expect(await parent.getState()).toBe('waiting-children')
  })

  it('a flow with failed children can be read as a tree', async (desk) => {
    const { parents, failNext } = await family(desk, [
      { failParentOnFailure: true },
      { ignoreDependencyOnFailure: true },
      {},
    ])
    await failNext()
    await failNext()
    const tree = await desk.flows().getFlow({ id: 'p', queueName: parents.name })
    expect(tree.children?.map(({ job }) => job.id).toSorted()).toEqual(['c1', 'c2', 'c3'])
  })

  it('a removed parent takes its failed and ignored children with it', async (desk) => {
    const { parents, children, failNext } = await family(desk, [
      { failParentOnFailure: true },
      { ignoreDependencyOnFailure: true },
    ])
    await failNext()
    await failNext()
    expect(await parents.remove('p')).toBe(1)
    expect(await children.getFailedCount()).toBe(0)
  })
})
