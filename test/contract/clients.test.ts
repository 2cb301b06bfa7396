import { contract, expect } from './contract.ts'
import { soon } from './desk.ts'

contract('clients', (it) => {
  it('a queue without workers has none', async ({ queue }) => {
    const q = queue()
    expect(await q.getWorkers()).toEqual([])
    expect(await q.getWorkersCount()).toBe(0)
  })

  it('every worker of the queue is listed', async ({ queue, worker }) => {
    const q = queue()
    for (const w of [worker(q, async () => 1), worker(q, async () => 1)]) await w.waitUntilReady()
    expect((await q.getWorkers()).map(({ name }) => name)).toEqual([q.name, q.name])
    expect(await q.getWorkersCount()).toBe(2)
  })

  it('the name of a worker is told', async ({ queue, worker }) => {
    const q = queue()
    await worker(q, async () => 1, { name: 'Mona' }).waitUntilReady()
    const [listed] = await q.getWorkers()
    expect(listed?.['rawname']).toMatch(/:w:Mona$/)
    expect(listed?.['name']).toBe(q.name)
  })

  it('a worker that does not run is listed, too', async ({ queue, taker }) => {
    const q = queue()
    await taker(q).worker.waitUntilReady()
    expect(await q.getWorkersCount()).toBe(1)
  })

  it('a worker is no longer listed when it is closed', async ({ queue, worker }) => {
    const q = queue()
    const [one, other] = [worker(q, async () => 1, { name: 'one' }), worker(q, async () => 1, { name: 'other' })]
    await one.waitUntilReady()
    await other.waitUntilReady()
    await one.close()
    await soon(async () => {
      expect((await q.getWorkers()).map(({ rawname }) => rawname?.split(':').at(-1))).toEqual(['other'])
    })
  })

  it('workers of other queues are not listed', async ({ queue, worker, name }) => {
    const word = name()
    const [one, longer] = [queue({ name: word }), queue({ name: `${word}-2` })]
    await worker(longer, async () => 1).waitUntilReady()
    expect(await one.getWorkersCount()).toBe(0)
    expect(await longer.getWorkersCount()).toBe(1)
  })

  it('a queue whose name has spaces and signs lists its workers', async ({ queue, worker, name }) => {
    const q = queue({ name: `${name()} = ü "x"` })
    await worker(q, async () => 1).waitUntilReady()
    expect(await q.getWorkersCount()).toBe(1)
  })

  it('queue objects, listeners and flows are no workers', async ({ queue, listener, flows, eventsProducer }) => {
    const q = queue()
    for (const thing of [listener(q), flows(), eventsProducer(q), queue({ name: q.name })]) await thing.waitUntilReady()
    expect(await q.getWorkersCount()).toBe(0)
  })

  it('listeners are listed apart', async ({ queue, worker, listener }) => {
    const q = queue()
    await worker(q, async () => 1).waitUntilReady()
    await listener(q).waitUntilReady()
    await soon(async () => expect((await q.getQueueEvents()).map(({ name }) => name)).toEqual([q.name]))
    expect(await q.getWorkersCount()).toBe(1)
  })

  it.where('clientDetails', 'every worker has an id and an address', async ({ queue, worker }) => {
    const q = queue()
    for (const w of [worker(q, async () => 1), worker(q, async () => 1)]) await w.waitUntilReady()
    const workers = await q.getWorkers()
    expect(new Set(workers.map(({ id }) => id)).size).toBe(2)
    for (const { addr } of workers) expect(addr).toMatch(/\S/)
  })
})
