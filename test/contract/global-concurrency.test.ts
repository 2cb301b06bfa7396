import { contract, expect } from './contract.ts'
import { complete, countAsking, fail, heard, past, soon, TOKEN, type Queue } from './desk.ts'

const addSome = (q: Queue, count: number) =>
  q.addBulk(Array.from({ length: count }, (_, n) => ({ name: `job-${n}`, data: {} })))

contract('global concurrency', (it) => {
  it('it can be set, read, changed and removed', async ({ queue }) => {
    const q = queue()
    expect(await q.getGlobalConcurrency()).toBeNull()
    await q.setGlobalConcurrency(3)
    expect(await q.getGlobalConcurrency()).toBe(3)
    await q.setGlobalConcurrency(5)
    expect(await queue({ name: q.name }).getGlobalConcurrency()).toBe(5)
    expect(await q.removeGlobalConcurrency()).toBe(1)
    expect(await q.getGlobalConcurrency()).toBeNull()
    expect(await q.removeGlobalConcurrency()).toBe(0)
  })

  it('no more jobs are active than it says, whoever takes them', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(2)
    await addSome(q, 3)
    const [one, other] = [taker(q), taker(q)]
    await one.take()
    await other.take()
    expect(await one.tryTake()).toBeUndefined()
    expect(await other.tryTake()).toBeUndefined()
    expect(await q.getJobCounts('waiting', 'active')).toEqual({ waiting: 1, active: 2 })
  })

  it('a queue is "maxed" as long as it is full', async ({ queue, taker }) => {
    const q = queue()
    expect(await q.isMaxed()).toBe(false)
    await q.setGlobalConcurrency(1)
    await addSome(q, 1)
    expect(await q.isMaxed()).toBe(false)
    const job = await taker(q).take()
    expect(await q.isMaxed()).toBe(true)
    await complete(job)
    expect(await q.isMaxed()).toBe(false)
  })

  it('a completed job makes room', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q)
    await complete(await t.take())
    expect((await t.take()).name).toBe('job-1')
  })

  it('a failed job makes room', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q)
    await fail(await t.take())
    expect((await t.take()).name).toBe('job-1')
  })

  it('a job that is to be tried again makes room', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await q.add('a', {}, { attempts: 2 })
    await q.add('b', {})
    const t = taker(q)
    await fail(await t.take())
    expect((await t.take()).name).toBe('b')
  })

  it('a job that is put off makes room', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q)
    await (await t.take()).moveToDelayed(Date.now() + 60_000, TOKEN)
    expect((await t.take()).name).toBe('job-1')
  })

  it('a job that is given back makes room', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q)
    await (await t.take()).moveToWait(TOKEN)
    expect(await t.tryTake()).toBeDefined()
  })

  it('a parent that goes to wait for its children makes room', async ({ queue, taker, flows }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    const parent = await q.add('parent', {})
    const t = taker(q)
    const active = await t.take()
    await flows().add({
      name: 'child',
      queueName: q.name,
      opts: { parent: { id: parent.id ?? '', queue: q.qualifiedName } },
    })
    expect(await t.tryTake()).toBeUndefined()
    expect(await active.moveToWaitingChildren(TOKEN)).toBe(true)
    expect((await t.take()).name).toBe('child')
  })

  it('a job of a dead worker keeps its place until it is found', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q, { lockDuration: 1, stalledInterval: 1 })
    await t.take()
    await past(Date.now() + 2)
    expect(await t.tryTake()).toBeUndefined()
    await t.worker.getBackend().moveStalledJobsToWait()
    await past(Date.now() + 2)
    await t.worker.getBackend().moveStalledJobsToWait()
    expect(await t.tryTake()).toBeDefined()
  })

  it('the end of a job brings the next one, since it makes room itself', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const next = (await (await taker(q).take()).moveToCompleted('done', TOKEN, true)) as unknown[]
    expect(next[1]).toBe('2')
  })

  it('the end of a job brings no next one where the queue is still full', async ({ queue, taker }) => {
    const q = queue()
    await addSome(q, 4)
    const t = taker(q)
    const jobs = [await t.take(), await t.take(), await t.take()]
    await q.setGlobalConcurrency(2)
    const next = (await jobs[0]?.moveToCompleted('done', TOKEN, true)) as unknown[]
    expect(next[0]).toBeNull()
    expect(await q.getJobState('4')).toBe('waiting')
  })

  it('a higher number lets more in', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const t = taker(q)
    await t.take()
    expect(await t.tryTake()).toBeUndefined()
    await q.setGlobalConcurrency(2)
    expect((await t.take()).name).toBe('job-1')
  })

  it('without it as many jobs are taken as ever', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 3)
    const t = taker(q)
    await t.take()
    await q.removeGlobalConcurrency()
    await t.take()
    await t.take()
    expect(await q.getActiveCount()).toBe(3)
  })

  it('jobs with priority and due delayed jobs obey it', async ({ queue, taker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 1)
    await q.add('prioritized', {}, { priority: 1 })
    await q.add('late', {}, { delay: 10, timestamp: Date.now() - 1000 })
    const t = taker(q)
    await t.take()
    expect(await t.tryTake()).toBeUndefined()
    expect(await q.getActiveCount()).toBe(1)
  })

  it('workers keep to it and get through everything', async ({ queue, worker }) => {
    const q = queue()
    await q.setGlobalConcurrency(2)
    let [running, most] = [0, 0]
    const process = async () => {
      most = Math.max(most, ++running)
      await past(Date.now() + 2)
      running--
    }
    worker(q, process, { concurrency: 4, drainDelay: 0.05 })
    worker(q, process, { concurrency: 4, drainDelay: 0.05 })
    await addSome(q, 20)
    await soon(async () => expect(await q.getCompletedCount()).toBe(20))
    expect(most).toBeLessThanOrEqual(2)
  })

  it('a worker of a full queue waits and does not ask again and again', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    await taker(q).take()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    const asked = countAsking(w)
    // Long enough for a store that asks all the time to have done so on a busy machine too.
    await past(Date.now() + 1500)
    expect(asked()).toBeLessThan(10)
  })

  it('an idle worker is woken when another makes room', async ({ queue, taker, worker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    await addSome(q, 2)
    const job = await taker(q).take()
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const completed = heard(w, 'completed')
    await complete(job)
    await q.add('one more', {})
    await completed
    await soon(async () => expect(await q.getCompletedCount()).toBe(3))
  })

  it('one at a time keeps the order', async ({ queue, worker }) => {
    const q = queue()
    await q.setGlobalConcurrency(1)
    const order: string[] = []
    const process = async ({ name }: { name: string }) => void order.push(name)
    worker(q, process, { drainDelay: 0.05 })
    worker(q, process, { drainDelay: 0.05 })
    const jobs = await addSome(q, 12)
    await soon(async () => expect(await q.getCompletedCount()).toBe(12))
    expect(order).toEqual(jobs.map(({ name }) => name))
  })
})
