import type { FlowJob, Job } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, idOf, past, type Desk, type Queue } from './desk.ts'

const LONG = 60_000

const states = ['active', 'completed', 'delayed', 'failed', 'prioritized', 'waiting', 'waiting-children'] as const

/** Fails when a queue counts other jobs than it has; gives the names of those that are left, by state. */
async function left(queue: Queue): Promise<Partial<Record<(typeof states)[number], string[]>>> {
  const counted = await queue.getJobCounts(...states)
  const names: Partial<Record<(typeof states)[number], string[]>> = {}
  for (const state of states) {
    const jobs: Job[] = await queue.getJobs([state], 0, 1000)
    expect([state, counted[state]]).toEqual([state, jobs.length])
    if (jobs.length > 0) names[state] = jobs.map(({ name }) => name).toSorted()
  }
  return names
}

const leaf = (name: string, queueName: string): FlowJob => ({ name, queueName })
const node = (name: string, queueName: string, ...children: FlowJob[]): FlowJob => ({ name, queueName, children })

/** Three generations: a root, two children, a grandchild each. */
function family(queueName: string, childQueue = queueName): FlowJob {
  const child = (name: string) => node(name, childQueue, leaf(`${name}'s child`, queueName))
  return node('root', queueName, child('one'), child('two'))
}

async function planted(desk: Desk, shape = family) {
  const [q, other] = [desk.queue(), desk.queue()]
  const tree = await desk.flows().add(shape(q.name, other.name))
  return { q, other, tree }
}

async function takesNothing({ taker }: Desk, queue: Queue) {
  expect(await taker(queue).tryTake()).toBeUndefined()
}

contract('counts', (it) => {
  it('removing a parent with its only child leaves nothing', async (desk) => {
    const q = desk.queue()
    const { job } = await desk.flows().add(node('root', q.name, leaf('child', q.name)))
    await job.remove()
    expect(await left(q)).toEqual({})
    await takesNothing(desk, q)
  })

  it('removing a tree leaves nothing', async (desk) => {
    const { q, tree } = await planted(desk, (name) => family(name))
    await tree.job.remove()
    expect(await left(q)).toEqual({})
    await takesNothing(desk, q)
  })

  it('removing a tree over two queues leaves nothing in either', async (desk) => {
    const { q, other, tree } = await planted(desk)
    await tree.job.remove()
    expect([await left(q), await left(other)]).toEqual([{}, {}])
  })

  it('removing a node by its id takes what is below it', async (desk) => {
    const { q, tree } = await planted(desk, (name) => family(name))
    const [one] = tree.children ?? []
    await q.remove(idOf(one?.job as Job))
    expect(await left(q)).toEqual({ 'waiting-children': ['root', 'two'], waiting: ["two's child"] })
  })

  it('removing all nodes below a parent one by one lets it go on', async (desk) => {
    const { q, other, tree } = await planted(desk)
    for (const { job } of tree.children ?? []) await other.remove(idOf(job))
    expect([await left(q), await left(other)]).toEqual([{ waiting: ['root'] }, {}])
  })

  it('removing a parent without its children leaves them', async (desk) => {
    const { q, tree } = await planted(desk, (name) => family(name))
    await tree.job.remove({ removeChildren: false })
    expect(await left(q)).toEqual({ 'waiting-children': ['one', 'two'], waiting: ["one's child", "two's child"] })
  })

  it('removing the unprocessed children of nested flows lets the parent go on', async (desk) => {
    const { q, tree } = await planted(desk, (name) => family(name))
    await tree.job.removeUnprocessedChildren()
    expect(await left(q)).toEqual({ waiting: ['root'] })
  })

  it('removing the unprocessed children in another queue lets the parent go on', async (desk) => {
    const { q, other, tree } = await planted(desk)
    await tree.job.removeUnprocessedChildren()
    expect([await left(q), await left(other)]).toEqual([{ waiting: ['root'] }, {}])
  })

  it('taking a child from its parent leaves both', async (desk) => {
    const q = desk.queue()
    const { children } = await desk.flows().add(node('root', q.name, leaf('child', q.name)))
    await children?.[0]?.job.removeChildDependency()
    expect(await left(q)).toEqual({ waiting: ['child', 'root'] })
  })

  it('a finished tree is removed whole', async (desk) => {
    const q = desk.queue()
    const t = desk.taker(q)
    const { job } = await desk.flows().add(node('root', q.name, leaf('child', q.name)))
    await complete(await t.take())
    await complete(await t.take())
    await job.remove()
    expect(await left(q)).toEqual({})
  })

  it('a parent whose child has failed is removed with it', async (desk) => {
    const q = desk.queue()
    const t = desk.taker(q)
    const child = { ...leaf('child', q.name), opts: { failParentOnFailure: true } }
    const { job } = await desk.flows().add(node('root', q.name, child))
    await fail(await t.take())
    await job.remove()
    expect(await left(q)).toEqual({})
  })

  it('draining takes the parents of what it drains', async (desk) => {
    const { q } = await planted(desk, (name) => family(name))
    await q.drain()
    expect(await left(q)).toEqual({})
  })

  it('draining lets parents in another queue go on', async (desk) => {
    const [q, other] = [desk.queue(), desk.queue()]
    await desk.flows().add(node('root', q.name, leaf('child', other.name)))
    await other.drain()
    expect([await left(q), await left(other)]).toEqual([{ waiting: ['root'] }, {}])
  })

  it('cleaning what waits takes its parents', async (desk) => {
    const { q } = await planted(desk, (name) => family(name))
    await past(Date.now())
    await q.clean(0, 0, 'wait')
    expect(await left(q)).toEqual({})
  })

  it('a deduplicated job that replaces another is counted once', async (desk) => {
    const q = desk.queue()
    const opts = { delay: LONG, deduplication: { id: 'one', ttl: LONG, extend: true, replace: true } }
    await q.add('first', {}, opts)
    await q.add('second', {}, opts)
    expect(await left(q)).toEqual({ delayed: ['second'] })
  })

  it('removing a scheduler takes its next job', async (desk) => {
    const q = desk.queue()
    await q.upsertJobScheduler('s', { pattern: '0 0 1 1 *' })
    await q.removeJobScheduler('s')
    expect(await left(q)).toEqual({})
  })

  it('finished jobs beyond those to keep are gone', async (desk) => {
    const q = desk.queue({ defaultJobOptions: { removeOnComplete: 1, removeOnFail: true } })
    const t = desk.taker(q)
    for (const name of ['one', 'two', 'three', 'four']) await q.add(name, {})
    for (let n = 0; n < 3; n++) await complete(await t.take())
    await fail(await t.take())
    expect(await left(q)).toEqual({ completed: ['three'] })
  })

  it('obliterating leaves nothing, whatever there was', async (desk) => {
    const { q } = await planted(desk, (name) => family(name))
    const t = desk.taker(q)
    await complete(await t.take())
    await q.add('delayed', {}, { delay: LONG })
    await q.add('prioritized', {}, { priority: 1 })
    await q.obliterate({ force: true })
    expect(await left(q)).toEqual({})
  })
})
