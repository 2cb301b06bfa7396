import type { EventEmitter } from 'node:events'
import { contract, expect } from './contract.ts'
import { complete, heard, idOf, soon, type QueueEvents } from './desk.ts'

/** The ids and names of the events that a listener hears of added jobs, while it listens. */
function added(listener: QueueEvents): { id: string; name: string }[] {
  const told: { id: string; name: string }[] = []
  listener.on('added', ({ name }, id) => void told.push({ id, name }))
  return told
}

const names = (told: { name: string }[]) => told.map(({ name }) => name)

contract('events', (it) => {
  it('the life of a job is told in order', async ({ queue, taker, history }) => {
    const q = queue()
    await q.add('a', { secret: 1 }, { priority: 2 })
    await complete(await taker(q).take(), { rows: 3 })
    expect(await history(q)).toEqual([
      { event: 'added', jobId: '1', name: 'a' },
      { event: 'waiting', jobId: '1' },
      { event: 'active', jobId: '1', prev: 'waiting' },
      { event: 'completed', jobId: '1', returnvalue: { rows: 3 }, prev: 'active' },
      { event: 'drained' },
    ])
  })

  it('the jobs of a bulk are told in its order', async ({ queue, history }) => {
    const q = queue()
    await q.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })))
    const told = await history(q)
    expect(told.filter(({ event }) => event === 'added').map((event) => event['name'])).toEqual(['a', 'b', 'c'])
    expect(told.filter(({ event }) => event === 'waiting').map((event) => event['jobId'])).toEqual(['1', '2', '3'])
  })

  it('every event has an id of its own, and they come in order', async ({ queue, listener }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: `${n}`, data: {} })))
    const told = added(listener(q))
    await soon(() => expect(told).toHaveLength(20))
    expect(new Set(told.map(({ id }) => id)).size).toBe(20)
    expect(names(told)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`))
  })

  it('a listener hears what happens while it listens', async ({ queue, listener }) => {
    const q = queue()
    const told = added(listener(q))
    await q.add('a', {})
    await soon(() => expect(names(told)).toEqual(['a']))
    await q.add('b', {})
    await soon(() => expect(names(told)).toEqual(['a', 'b']))
  })

  it('an event reaches its listener at once', async ({ queue, listener }) => {
    const q = queue()
    const events = listener(q, { blockingTimeout: 60_000 })
    const first = heard(events, 'added')
    await q.add('a', {})
    await first
    const next = heard(events, 'added')
    const started = Date.now()
    await q.add('b', {})
    await next
    expect(Date.now() - started).toBeLessThan(2000)
  })

  it('all listeners hear the same under the same ids', async ({ queue, listener }) => {
    const q = queue()
    const [one, other] = [added(listener(q)), added(listener(q))]
    for (const name of ['a', 'b', 'c']) await q.add(name, {})
    await soon(() => expect([one.length, other.length]).toEqual([3, 3]))
    expect(other).toEqual(one)
  })

  it('a listener that comes later can hear what was before', async ({ queue, listener }) => {
    const q = queue()
    for (const name of ['a', 'b']) await q.add(name, {})
    const told = added(listener(q, { lastEventId: '0' }))
    await soon(() => expect(names(told)).toEqual(['a', 'b']))
  })

  it('a listener hears nothing of what was before unless it asks', async ({ queue, listener, classes, connection }) => {
    const q = queue()
    await q.add('before', {})
    const events = new classes.QueueEvents(q.name, { connection })
    const told = added(events)
    await soon(async () => {
      await q.add('after', {})
      expect(told.length).toBeGreaterThan(0)
    })
    expect(names(told)).not.toContain('before')
    await events.close()
    // The event was there to be heard.
    const all = added(listener(q))
    await soon(() => expect(names(all)).toContain('before'))
  })

  it('a listener can go on where another stopped', async ({ queue, listener }) => {
    const q = queue()
    for (const name of ['a', 'b', 'c']) await q.add(name, {})
    const all = added(listener(q))
    await soon(() => expect(all).toHaveLength(3))
    const rest = added(listener(q, { lastEventId: all[1]?.id ?? '' }))
    await soon(() => expect(names(rest)).toEqual(['c']))
  })

  it('a listener that does not run by itself hears nothing until it is run', async ({ queue, listener }) => {
    const q = queue()
    const events = listener(q, { autorun: false })
    const told = added(events)
    await q.add('a', {})
    expect(told).toEqual([])
    events.run().catch(() => undefined)
    await soon(() => expect(names(told)).toEqual(['a']))
  })

  it('a listener cannot be run twice', async ({ queue, listener }) => {
    await expect(listener(queue()).run()).rejects.toThrow('Queue Events is already running.')
  })

  it('a listener waits longer than it blocks', async ({ queue, listener }) => {
    const q = queue()
    const events = listener(q, { blockingTimeout: 5 })
    const told = added(events)
    await events.waitUntilReady()
    await q.add('a', {}, { delay: 20 })
    await soon(async () => {
      await q.promoteJobs()
      expect(await q.getWaitingCount()).toBe(1)
    })
    await q.add('b', {})
    await soon(() => expect(names(told)).toEqual(['a', 'b']))
  })

  it('a listener hears nothing of other queues', async ({ queue, listener }) => {
    const [one, other] = [queue(), queue()]
    const told = added(listener(one))
    await other.add('other', {})
    await one.add('one', {})
    await soon(() => expect(names(told)).toContain('one'))
    expect(names(told)).toEqual(['one'])
  })

  it('a closed listener hears nothing more', async ({ queue, listener }) => {
    const q = queue()
    const [closing, staying] = [listener(q), listener(q)]
    const [closed, stayed] = [added(closing), added(staying)]
    await q.add('a', {})
    await soon(() => expect([closed.length, stayed.length]).toEqual([1, 1]))
    await closing.close()
    await q.add('b', {})
    await soon(() => expect(names(stayed)).toEqual(['a', 'b']))
    expect(names(closed)).toEqual(['a'])
  })

  it('the events of one job can be listened to alone', async ({ queue, taker, listener }) => {
    const q = queue()
    const events: EventEmitter = listener(q)
    const completed = heard<[{ returnvalue: unknown }, string]>(events, 'completed:2')
    await q.add('a', {})
    await q.add('b', {})
    const t = taker(q)
    await complete(await t.take(), 'one')
    await complete(await t.take(), 'two')
    expect((await completed)[0]).toMatchObject({ jobId: '2', returnvalue: 'two' })
  })

  it('"drained" is told with its id alone', async ({ queue, taker, listener }) => {
    const q = queue()
    const drained = heard<[string]>(listener(q), 'drained')
    await q.add('a', {})
    await complete(await taker(q).take())
    const told = await drained
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^\d/)
  })

  it('applications can tell events of their own', async ({ queue, listener, eventsProducer }) => {
    const q = queue()
    const told = heard<[Record<string, string>, string]>(listener(q), 'painted')
    await eventsProducer(q).publishEvent({ eventName: 'painted', color: 'blue', text: '"quoted" ü\n😀' })
    const [fields, id] = await told
    expect(fields).toEqual({ color: 'blue', text: '"quoted" ü\n😀' })
    expect(id).toMatch(/^\d/)
  })

  it('the fields of an event of its own are texts', async ({ queue, history, eventsProducer }) => {
    const q = queue()
    await eventsProducer(q).publishEvent({ eventName: 'counted', count: 3, zero: 0, empty: '' })
    expect(await history(q, 'counted')).toEqual([{ event: 'counted', count: '3', zero: '0', empty: '' }])
  })

  it('events of applications come in line with those of jobs', async ({ queue, history, eventsProducer }) => {
    const q = queue()
    const producer = eventsProducer(q)
    await q.add('a', {})
    await producer.publishEvent({ eventName: 'painted' })
    await q.add('b', {})
    expect((await history(q, 'painted')).map(({ event }) => event)).toEqual([
      'added',
      'waiting',
      'painted',
      'added',
      'waiting',
    ])
  })

  it('an event of an application about a job is told for that job, too', async ({
    queue,
    listener,
    eventsProducer,
  }) => {
    const q = queue()
    const events: EventEmitter = listener(q)
    const told = heard<[Record<string, string>]>(events, 'painted:7')
    await eventsProducer(q).publishEvent({ eventName: 'painted', jobId: '7', color: 'blue' })
    expect((await told)[0]).toEqual({ jobId: '7', color: 'blue' })
  })

  it('a queue keeps about as many events as it is told to', async ({ queue, history }) => {
    const q = queue({ streams: { events: { maxLen: 10 } } })
    await q.getVersion()
    for (let n = 0; n < 10; n++) await q.addBulk(Array.from({ length: 100 }, () => ({ name: 'a', data: {} })))
    const told = await history(q)
    expect(told.length).toBeGreaterThanOrEqual(10)
    // 2,000 events were told. A store may let some hundred gather before it drops them.
    expect(told.length).toBeLessThanOrEqual(10 + 1000)
    expect(told.at(-1)).toMatchObject({ event: 'waiting', jobId: '1000' })
  })

  it('an application can say how many events stay', async ({ queue, history, eventsProducer }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 200 }, () => ({ name: 'a', data: {} })))
    await eventsProducer(q).publishEvent({ eventName: 'painted' }, 5)
    const told = await history(q, 'painted')
    expect(told.length).toBeGreaterThanOrEqual(5)
    expect(told.length).toBeLessThanOrEqual(5 + 200)
    expect(told.at(-1)).toEqual({ event: 'painted' })
  })

  it('old events can be dropped', async ({ queue, history }) => {
    const q = queue()
    await q.addBulk(Array.from({ length: 200 }, () => ({ name: 'a', data: {} })))
    const before = (await history(q)).length
    const dropped = await q.trimEvents(10)
    const after = await history(q)
    // One event more each time, told by the looking itself.
    expect(dropped).toBeGreaterThan(100)
    expect(after.length).toBeGreaterThanOrEqual(before - dropped - 1)
    expect(after.length).toBeLessThanOrEqual(before - dropped + 1)
    expect(after.at(-1)).toMatchObject({ event: 'waiting', jobId: '200' })
  })

  it('where there are few events none are dropped', async ({ queue, history }) => {
    const q = queue()
    await q.add('a', {})
    expect(await q.trimEvents(1000)).toBe(0)
    expect(await history(q)).toHaveLength(2)
  })

  it('the ids of events are not given anew when old ones are dropped', async ({ queue, listener }) => {
    const q = queue()
    const told = added(listener(q))
    await q.add('a', {})
    await soon(() => expect(told).toHaveLength(1))
    await q.trimEvents(0)
    await q.add('b', {})
    await soon(() => expect(names(told)).toEqual(['a', 'b']))
    expect(told[1]?.id).not.toBe(told[0]?.id)
  })

  it('a removed job is told with the state it was in', async ({ queue, taker, history }) => {
    const q = queue()
    const states = [
      await q.add('completed', {}, { lifo: true }),
      await q.add('delayed', {}, { delay: 60_000 }),
      await q.add('prioritized', {}, { priority: 1 }),
    ]
    await complete(await taker(q).take())
    const waiting = await q.add('waiting', {})
    for (const job of [...states, waiting]) await q.remove(idOf(job))
    const removed = (await history(q)).filter(({ event }) => event === 'removed')
    expect(removed.map((event) => event['prev'])).toEqual(['completed', 'delayed', 'prioritized', 'wait'])
  })
})
