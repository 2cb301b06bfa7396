import { contract, expect } from './contract.ts'
import { complete, heard, soon, stored, TOKEN } from './desk.ts'

contract('connections', (it) => {
  it('everything is ready after a while', async ({ queue, worker, listener, flows, eventsProducer }) => {
    const q = queue()
    for (const thing of [q, worker(q, async () => 1), listener(q), flows(), eventsProducer(q)]) {
      await expect(thing.waitUntilReady()).resolves.not.toThrow()
    }
  })

  it('a worker tells when it is ready', async ({ queue, worker }) => {
    const w = worker(queue(), null, { autorun: false })
    await heard(w, 'ready')
    await w.waitUntilReady()
    expect(w.isRunning()).toBe(false)
  })

  it('what is not ready yet can be used all the same', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    const [job] = await Promise.all([q.add('a', {}), q.pause(), t.tryTake()])
    expect(job.id).toBe('1')
  })

  it('everything can be closed twice', async ({ queue, worker, listener, flows, eventsProducer }) => {
    const q = queue()
    for (const thing of [worker(q, async () => 1), listener(q), flows(), eventsProducer(q), q]) {
      await thing.waitUntilReady()
      await thing.close()
      await expect(thing.close()).resolves.toBeUndefined()
    }
  })

  it('everything can be closed by two at the same time', async ({ queue, worker, listener, flows }) => {
    const q = queue()
    for (const thing of [worker(q, async () => 1), listener(q), flows(), q]) {
      await thing.waitUntilReady()
      await expect(Promise.all([thing.close(), thing.close()])).resolves.toHaveLength(2)
    }
  })

  it('everything can be closed at once', async ({ queue, worker, listener, flows, eventsProducer }) => {
    const q = queue()
    for (const thing of [worker(q, async () => 1), listener(q), flows(), eventsProducer(q), q]) {
      await expect(thing.close()).resolves.toBeUndefined()
    }
  })

  it('closing one queue object leaves the others of its name open', async ({ queue }) => {
    const one = queue()
    const other = queue({ name: one.name })
    await other.add('a', {})
    await one.close()
    await other.add('b', {})
    expect(await other.count()).toBe(2)
  })

  it('closing a flow producer leaves queues open', async ({ queue, flows }) => {
    const q = queue()
    const f = flows()
    await f.add({ name: 'a', queueName: q.name })
    await f.close()
    expect(await q.count()).toBe(1)
  })

  it('closing the sibling that a backend makes for another queue closes nothing', async ({ queue, flows, name }) => {
    const q = queue()
    const f = flows()
    await f.waitUntilReady()
    const sibling = f.getBackend().forQueue(name())
    await sibling.close()
    await sibling.disconnect()
    await f.add({ name: 'a', queueName: q.name })
    expect(await q.count()).toBe(1)
  })

  it('jobs are still there when everything was closed', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await q.add('a', { n: 1 })
    await q.add('b', { n: 2 })
    await complete(await t.take(), 'done')
    await t.worker.close()
    await q.close()
    const again = queue({ name: q.name })
    expect((await stored(again, '1')).returnvalue).toBe('done')
    expect((await taker(again).take()).data).toEqual({ n: 2 })
  })

  it('closing a worker waits for its active job', async ({ queue, worker }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, async () => {
      await go.promise
      return 'done'
    })
    const active = heard(w, 'active')
    const job = await q.add('a', {})
    await q.add('b', {})
    await active
    let closed = false
    const closing = w.close().then(() => (closed = true))
    await q.count()
    expect(closed).toBe(false)
    go.resolve()
    await closing
    expect(await job.getState()).toBe('completed')
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('closing a worker by force does not wait for its active job', async ({ queue, worker, errors }) => {
    const q = queue()
    const go = Promise.withResolvers<void>()
    const w = worker(q, () => go.promise)
    const active = heard(w, 'active')
    const job = await q.add('a', {})
    await active
    await w.close(true)
    expect(await job.getState()).toBe('active')
    go.resolve()
    errors.length = 0
  })

  it('an idle worker is closed at once', async ({ queue, worker }) => {
    const w = worker(queue(), async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const started = Date.now()
    await w.close()
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('a worker that waits for a delayed job is closed at once', async ({ queue, worker }) => {
    const q = queue()
    await q.add('a', {}, { delay: 60_000 })
    const w = worker(q, async () => 'done', { drainDelay: 60 })
    await heard(w, 'drained')
    const started = Date.now()
    await w.close()
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('a waiting taker is closed at once and gets nothing', async ({ queue, taker }) => {
    const { worker: w, tryTake } = taker(queue(), { drainDelay: 60 })
    await w.waitUntilReady()
    await tryTake()
    const next = w.getNextJob(TOKEN).catch(() => undefined)
    const started = Date.now()
    await w.close(true)
    expect(await next).toBeUndefined()
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('a listener that waits for events is closed at once', async ({ queue, listener }) => {
    const events = listener(queue(), { blockingTimeout: 60_000 })
    await events.waitUntilReady()
    const started = Date.now()
    await events.close()
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('a closed worker takes no job', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q)
    await t.worker.close()
    await q.add('a', {})
    expect(await t.tryTake()).toBeUndefined()
    expect(await q.getWaitingCount()).toBe(1)
  })

  it('a worker tells that it closes and that it is closed', async ({ queue, worker }) => {
    const w = worker(queue(), async () => 'done')
    const told: string[] = []
    w.on('closing', () => void told.push('closing'))
    w.on('closed', () => void told.push('closed'))
    await w.close()
    expect(told).toEqual(['closing', 'closed'])
    expect(w.isRunning()).toBe(false)
  })

  it('a closed flow producer adds nothing', async ({ queue, flows }) => {
    const q = queue()
    const f = flows()
    await f.close()
    expect(await f.add({ name: 'a', queueName: q.name })).toBeUndefined()
    expect(await q.count()).toBe(0)
  })

  it('objects that come and go leave no trace in the work of others', async ({
    queue,
    worker,
    classes,
    connection,
  }) => {
    const q = queue()
    worker(q, async (job) => job.data.n, { concurrency: 2 })
    for (let n = 0; n < 5; n++) {
      const passing = new classes.Queue(q.name, { connection })
      await passing.add('a', { n })
      await passing.close()
    }
    await soon(async () => expect(await q.getCompletedCount()).toBe(5))
  })
})
