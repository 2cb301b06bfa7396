import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobsOptions } from 'bullmq'
import { complete, fail, past } from '../contract/desk.ts'
import { stores, type TestStore } from '../support/stores.ts'
import { openDesk } from './desk.ts'

/** A worker whose hold on a job ends at once, as that of one that died. */
const DYING = { lockDuration: 1, stalledInterval: 1 }

for (const name of ['SQLite', 'Redis']) {
  describe(`what ${name} tells of a queue`, () => {
    let store: TestStore | undefined
    beforeAll(async () => {
      store = await stores[name]?.()
    })
    afterAll(() => store?.[Symbol.asyncDispose]())
    const desk = () => openDesk(store?.url ?? '')

    test('an empty queue has nothing', async () => {
      await using d = await desk()
      expect(await d.facts()).toMatchObject({
        oldestWaiting: null,
        nextDelayedAt: null,
        active: [],
        deadLetters: { oldestAt: null, newestAt: null, inFiveMinutes: 0 },
        totals: null,
        schedulers: { count: 0, first: null },
        pausedAt: null,
      })
    })

    test('the oldest job that waits is the one that was added first, and waits since it was added', async () => {
      await using d = await desk()
      const first = await d.queue.add('a', {}, { timestamp: Date.now() - 60_000 })
      await d.queue.add('b', {}, { timestamp: Date.now() - 30_000 })
      expect((await d.facts()).oldestWaiting).toEqual({ id: first.id, readyAt: first.timestamp })
    })

    test('a delayed job waits since it was due, not since it was added', async () => {
      await using d = await desk()
      const added = Date.now() - 60_000
      const job = await d.queue.add('later', {}, { timestamp: added, delay: 50_000 })
      expect(await d.facts()).toMatchObject({ oldestWaiting: null, nextDelayedAt: added + 50_000 })
      const blocker = d.worker()
      await d.queue.add('first', {}, { lifo: true })
      // Whoever asks for work puts in line what is due.
      await d.take(blocker)
      const { oldestWaiting, nextDelayedAt } = await d.facts()
      expect([oldestWaiting, nextDelayedAt]).toEqual([{ id: job.id, readyAt: added + 50_000 }, null])
    })

    test('a delayed job that an operator promotes waits since then', async () => {
      await using d = await desk()
      const job = await d.queue.add('later', {}, { timestamp: Date.now() - 60_000, delay: 3_600_000 })
      const before = Date.now()
      await past(before)
      await job.promote()
      const { oldestWaiting } = await d.facts()
      expect(oldestWaiting?.id).toBe(job.id)
      expect(oldestWaiting?.readyAt).toBeGreaterThan(before)
    })

    test('a job that is tried again waits since it was given back', async () => {
      await using d = await desk()
      await d.queue.add('a', {}, { timestamp: Date.now() - 60_000, attempts: 3 })
      const job = await d.take(d.worker())
      const before = Date.now()
      await past(before)
      await fail(job)
      const { oldestWaiting } = await d.facts()
      expect(oldestWaiting?.id).toBe(job.id)
      expect(oldestWaiting?.readyAt).toBeGreaterThan(before)
    })

    test('a job that is tried again after a pause waits since the pause was over', async () => {
      await using d = await desk()
      await d.queue.add('a', {}, { timestamp: Date.now() - 60_000, attempts: 3, backoff: 20 })
      const worker = d.worker()
      const failed = await d.take(worker)
      const before = Date.now()
      await fail(failed)
      await past(before + 40)
      await d.queue.add('b', {}, { lifo: true })
      await d.take(worker)
      const { oldestWaiting } = await d.facts()
      expect(oldestWaiting?.id).toBe(failed.id)
      expect(oldestWaiting?.readyAt).toBeGreaterThanOrEqual(before + 20)
    })

    test('a dead letter that is put back waits since then', async () => {
      await using d = await desk()
      await d.queue.add('a', {}, { timestamp: Date.now() - 60_000 })
      const job = await d.take(d.worker())
      await fail(job)
      const before = Date.now()
      await past(before)
      await job.retry()
      const { oldestWaiting } = await d.facts()
      expect(oldestWaiting?.id).toBe(job.id)
      expect(oldestWaiting?.readyAt).toBeGreaterThan(before)
    })

    test('a job of a dead worker waits since it was taken back', async () => {
      await using d = await desk()
      await d.queue.add('a', {}, { timestamp: Date.now() - 60_000 })
      const dying = d.worker(DYING)
      const job = await d.take(dying)
      const backend = dying.getBackend()
      await past(Date.now() + 2)
      await backend.moveStalledJobsToWait()
      const before = Date.now()
      await past(before + 2)
      expect(await backend.moveStalledJobsToWait()).toEqual([job.id])
      const { oldestWaiting } = await d.facts()
      expect(oldestWaiting?.id).toBe(job.id)
      expect(oldestWaiting?.readyAt).toBeGreaterThan(before)
    })

    test('jobs with a priority wait too', async () => {
      await using d = await desk()
      const job = await d.queue.add('a', {}, { timestamp: Date.now() - 60_000, priority: 5 })
      await d.queue.add('b', {})
      expect((await d.facts()).oldestWaiting).toEqual({ id: job.id, readyAt: job.timestamp })
    })

    test('jobs of a low priority that starve behind a flow of a higher one are seen', async () => {
      await using d = await desk()
      const add = (priority: number, agoMs: number) => d.queue.add('a', {}, { timestamp: Date.now() - agoMs, priority })
      const starving = await add(10, 900_000)
      await add(10, 800_000)
      await add(10, 700_000)
      for (let at = 0; at < 20; at++) await add(1, 1000)
      expect((await d.facts()).oldestWaiting).toEqual({ id: starving.id, readyAt: starving.timestamp })
    })

    test('jobs that have failed an attempt are told, whether they are delayed, wait or are active', async () => {
      await using d = await desk()
      const worker = d.worker()
      const failing = async (name: string, opts: JobsOptions) => {
        await d.queue.add(name, {}, { attempts: 5, ...opts })
        const job = await d.take(worker)
        const takenAt = Date.now()
        await fail(job)
        return { id: job.id ?? '', failed: 1, takenAt: expect.closeTo(takenAt, -3) as number }
      }
      const delayed = await failing('a', { backoff: 3_600_000 })
      const again = await failing('b', {})
      expect((await d.facts()).retried).toEqual(
        expect.arrayContaining([
          { ...delayed, isActive: false },
          { ...again, isActive: false },
        ]),
      )
      await d.take(worker)
      await d.queue.add('fresh', {})
      await d.queue.add('later', {}, { delay: 60_000 })
      expect((await d.facts()).retried.map(({ id, isActive }) => [id, isActive])).toEqual(
        expect.arrayContaining([
          [delayed.id, false],
          [again.id, true],
        ]),
      )
      expect((await d.facts()).retried).toHaveLength(2)
    })

    test('a parent is told whose children to come have all failed for good, as long as they have', async () => {
      await using d = await desk()
      const worker = d.worker()
      await d.queue.add('parent', {})
      const parent = await d.take(worker)
      const opts = { parent: { id: parent.id ?? '', queue: d.queue.qualifiedName } }
      await d.queue.addBulk(['one', 'two'].map((name) => ({ name, data: {}, opts })))
      await parent.moveToWaitingChildren(parent.token ?? '')
      expect((await d.facts()).stranded).toBeNull()
      const first = await d.take(worker)
      await fail(first)
      // The other one may still come.
      expect((await d.facts()).stranded).toBeNull()
      await fail(await d.take(worker))
      expect((await d.facts()).stranded).toEqual({ id: parent.id, child: expect.any(String) })
      await first.retry()
      expect((await d.facts()).stranded).toBeNull()
    })

    test('that a job was completed is told by the newest that is kept, and by one that leaves nothing behind', async () => {
      await using d = await desk()
      await d.queue.addBulk([
        { name: 'kept', data: {} },
        { name: 'gone', data: {}, opts: { removeOnComplete: true } },
        { name: 'failing', data: {}, opts: { attempts: 2 } },
      ])
      const worker = d.worker()
      expect((await d.facts()).done).toEqual({ newest: null, vanished: 0 })
      await complete(await d.take(worker))
      const kept = (await d.facts()).done
      expect(kept).toEqual({ newest: expect.any(String), vanished: 0 })
      await complete(await d.take(worker))
      await fail(await d.take(worker))
      expect((await d.facts()).done).toEqual({ ...kept, vanished: 1 })
    })

    test('what keeps jobs from being taken on purpose is told: the global concurrency and a rate limit', async () => {
      await using d = await desk()
      expect((await d.facts()).holds).toEqual({ concurrency: null, limitedUntil: null })
      await d.queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })))
      await d.queue.setGlobalConcurrency(2)
      await d.queue.setGlobalRateLimit(2, 60_000)
      const worker = d.worker()
      await d.take(worker)
      expect((await d.facts()).holds).toEqual({ concurrency: 2, limitedUntil: null })
      await d.take(worker)
      const { concurrency, limitedUntil } = (await d.facts()).holds
      expect(concurrency).toBe(2)
      expect(limitedUntil).toBeGreaterThan(Date.now())
      expect(limitedUntil).toBeLessThanOrEqual(Date.now() + 60_000)
    })

    test('a rate limit that workers have of their own is told while it counts', async () => {
      await using d = await desk()
      await d.queue.addBulk(['a', 'b'].map((name) => ({ name, data: {} })))
      await d.take(d.worker({ limiter: { max: 1, duration: 60_000 } }))
      expect((await d.facts()).holds.limitedUntil).toBeGreaterThan(Date.now())
    })

    test('of jobs of which the last one comes first, the one at the end waits longest', async () => {
      await using d = await desk()
      const job = await d.queue.add('a', {}, { timestamp: Date.now() - 60_000, lifo: true })
      await d.queue.add('b', {}, { lifo: true })
      await d.queue.add('c', {}, { lifo: true })
      expect((await d.facts()).oldestWaiting).toEqual({ id: job.id, readyAt: job.timestamp })
    })

    test('active jobs are told with their lock, progress and attempts, those that were taken first before others', async () => {
      await using d = await desk()
      await d.queue.addBulk([
        { name: 'first', data: {} },
        { name: 'second', data: {} },
      ])
      const held = d.worker()
      const before = Date.now()
      const first = await d.take(held)
      await first.updateProgress({ rows: 7 })
      const second = await d.take(d.worker(DYING))
      await past(Date.now() + 2)
      const { active } = await d.facts()
      expect(active).toMatchObject([
        { id: first.id, name: 'first', locked: true, stalledCount: 0, attemptsStarted: 1, progress: '{"rows":7}' },
        { id: second.id, name: 'second', locked: false, stalledCount: 0, attemptsStarted: 1, progress: '0' },
      ])
      expect(active[0]?.startedAt).toBeGreaterThanOrEqual(before)
    })

    test('how often a job was taken back is told while it is active again', async () => {
      await using d = await desk()
      await d.queue.add('poison', {})
      const dying = d.worker({ ...DYING, maxStalledCount: 10 })
      await d.take(dying)
      for (let look = 0; look < 2; look++) {
        await past(Date.now() + 2)
        await dying.getBackend().moveStalledJobsToWait()
      }
      await d.take(dying)
      expect((await d.facts()).active).toMatchObject([{ stalledCount: 1, attemptsStarted: 2 }])
    })

    test('a long progress is told as a checksum that changes with it', async () => {
      await using d = await desk()
      await d.queue.add('a', {})
      const job = await d.take(d.worker())
      const progressOf = async (text: string) => {
        await job.updateProgress(text)
        return (await d.facts()).active[0]?.progress
      }
      const [one, other] = [await progressOf(`${'x'.repeat(5000)}1`), await progressOf(`${'x'.repeat(5000)}2`)]
      expect(one).toHaveLength(40)
      expect(one).not.toBe(other)
    })

    test('at most 100 active jobs are looked at', async () => {
      await using d = await desk()
      await d.queue.addBulk(Array.from({ length: 103 }, (_, at) => ({ name: String(at), data: {} })))
      const worker = d.worker()
      for (let taken = 0; taken < 103; taken++) await d.take(worker)
      const { active } = await d.facts()
      expect(active.map((job) => job.name)).toEqual(Array.from({ length: 100 }, (_, at) => String(at)))
    })

    test('a job that is no work is left out of counts, line and active jobs, but moves', async () => {
      await using d = await desk()
      const look = async () => {
        const [{ counts }, facts] = await Promise.all([
          d.store.readCounts(d.observer, 'canary'),
          d.store.readFacts(d.observer, 'canary'),
        ])
        if (facts === 'unsupported') throw new Error('this store tells no facts')
        return { counts, facts }
      }
      const addCanary = () =>
        d.queue.add('canary', {}, { jobId: 'canary', lifo: true, removeOnComplete: true, timestamp: 1 })
      await addCanary()
      expect(await look()).toMatchObject({ counts: { waiting: 0 }, facts: { oldestWaiting: null } })
      await d.queue.add('a', {})
      const work = (await look()).facts.movement
      const worker = d.worker()
      const canary = await d.take(worker)
      expect(canary.id).toBe('canary')
      const taken = await look()
      expect(taken).toMatchObject({ counts: { waiting: 1, active: 0 }, facts: { active: [] } })
      expect(taken.facts.movement).not.toBe(work)
      await complete(canary)
      const over = await look()
      expect(over.counts).toMatchObject({ waiting: 1, active: 0, completed: 0 })
      await addCanary()
      const again = await look()
      expect(again).toMatchObject({
        counts: { waiting: 1 },
        facts: { oldestWaiting: { id: expect.not.stringMatching('canary') } },
      })
      expect(again.facts.movement).toBe(over.facts.movement)
    })

    test('dead letters are told by their age and by how many are new', async () => {
      await using d = await desk()
      await d.queue.addBulk([
        { name: 'a', data: {} },
        { name: 'b', data: {} },
      ])
      const worker = d.worker()
      const before = Date.now()
      await fail(await d.take(worker))
      const between = Date.now()
      await past(between)
      await fail(await d.take(worker))
      const { deadLetters } = await d.facts()
      expect(deadLetters.inFiveMinutes).toBe(2)
      expect(deadLetters.oldestAt).toBeGreaterThanOrEqual(before)
      expect(deadLetters.oldestAt).toBeLessThanOrEqual(between)
      expect(deadLetters.newestAt).toBeGreaterThan(between)
    })

    test('what was ever finished is told when workers count it', async () => {
      await using d = await desk()
      await d.queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {}, opts: { removeOnComplete: true } })))
      const counting = d.worker({ metrics: { maxDataPoints: 10 } })
      await complete(await d.take(counting))
      expect((await d.facts()).totals).toEqual({ completed: 1, failed: 0 })
      await fail(await d.take(counting))
      await complete(await d.take(d.worker()))
      expect((await d.facts()).totals).toEqual({ completed: 1, failed: 1 })
    })

    test('schedulers are told with the one that is due first', async () => {
      await using d = await desk()
      await d.queue.upsertJobScheduler('daily', { every: 86_400_000, startDate: Date.now() + 86_400_000 })
      await d.queue.upsertJobScheduler('hourly', { every: 3_600_000, startDate: Date.now() + 3_600_000 })
      const next = (await d.queue.getJobScheduler('hourly'))?.next
      expect((await d.facts()).schedulers).toEqual({ count: 2, first: { id: 'hourly', nextRunAt: next } })
    })

    test('when a queue was paused is told as long as it is', async () => {
      await using d = await desk()
      const before = Date.now()
      await d.queue.pause()
      const after = Date.now()
      await past(after)
      await d.queue.addBulk(Array.from({ length: 50 }, () => ({ name: 'a', data: {} })))
      const { pausedAt } = await d.facts()
      expect(pausedAt).toBeGreaterThanOrEqual(before)
      expect(pausedAt).toBeLessThanOrEqual(after)
      await d.queue.resume()
      expect((await d.facts()).pausedAt).toBeNull()
    })

    describe('movement', () => {
      const kinds = {
        'plain jobs': {},
        'jobs of which the last comes first': { lifo: true },
        'jobs with a priority': { priority: 1 },
        'jobs that leave nothing behind': { removeOnComplete: true, removeOnFail: true },
      }
      for (const [what, opts] of Object.entries(kinds)) {
        test(`of ${what}: there is some when one is taken or finished, none when more are added`, async () => {
          await using d = await desk()
          const add = () => d.queue.add('a', {}, opts)
          await add()
          const waiting = (await d.facts()).movement
          expect((await d.facts()).movement).toBe(waiting)
          await add()
          await d.queue.add('later', {}, { delay: 3_600_000 })
          expect((await d.facts()).movement).toBe(waiting)
          const worker = d.worker()
          const job = await d.take(worker)
          const active = (await d.facts()).movement
          expect(active).not.toBe(waiting)
          await add()
          expect((await d.facts()).movement).toBe(active)
          await complete(job)
          const finished = (await d.facts()).movement
          expect(new Set([waiting, active, finished]).size).toBe(3)
          await fail(await d.take(worker))
          expect([waiting, active, finished]).not.toContain((await d.facts()).movement)
        })
      }

      for (const [what, opts] of Object.entries(kinds)) {
        test(`of ${what}: there is some when one was taken, finished and removed between two looks`, async () => {
          await using d = await desk()
          for (let at = 0; at < 3; at++) await d.queue.add('a', {}, { ...opts, removeOnComplete: true })
          const { movement } = await d.facts()
          await complete(await d.take(d.worker()))
          expect((await d.facts()).movement).not.toBe(movement)
        })
      }

      test('is none when a job is added a second time', async () => {
        await using d = await desk()
        await d.queue.add('a', {}, { jobId: 'one' })
        const { movement } = await d.facts()
        await d.queue.add('a', {}, { jobId: 'one' })
        expect((await d.facts()).movement).toBe(movement)
      })

      test('is some when a job was tried again between two looks', async () => {
        await using d = await desk()
        await d.queue.add('a', {}, { attempts: 5 })
        const worker = d.worker()
        const job = await d.take(worker)
        const { movement } = await d.facts()
        await fail(job)
        await d.take(worker)
        expect((await d.facts()).movement).not.toBe(movement)
      })
    })
  })
}
