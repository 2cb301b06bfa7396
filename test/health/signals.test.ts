import { gatherSignals } from '@queue-ops/server/gather-signals'
import type { Store } from '@queue-ops/server/store'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { stores } from '../support/stores.ts'
import { openDesk, type Desk } from './desk.ts'

const gather = (d: Desk, store: Store = d.store) => gatherSignals(store, { queue: d.observer, kind: 'exports' })

const never = () => new Promise<never>(() => undefined)

for (const [name, startStore] of Object.entries(stores)) {
  describe(`signals on ${name}`, () => {
    test('are all there while all is well', async () => {
      await using store = await startStore()
      await using d = await openDesk(store.url)
      const worker = d.worker({ name: 'one' })
      await worker.waitUntilReady()
      await d.queue.add('a', {})
      await d.queue.add('b', {}, { delay: 60_000 })
      const before = Date.now()
      const signals = await eventually(async () => {
        const seen = await gather(d)
        expect(seen.consumers).toHaveLength(1)
        return seen
      })
      expect(signals).toMatchObject({
        queue: d.queue.name,
        kind: 'exports',
        store: { kind: d.store.kind, reachable: true, latencyMs: expect.any(Number) },
        counts: { waiting: 1, active: 0, delayed: 1, completed: 0, failed: 0 },
        paused: false,
        workers: 'unsupported',
        canary: 'unsupported',
        facts: name === 'PostgreSQL' ? 'unsupported' : { oldestWaiting: { id: '1' } },
      })
      expect(signals.observedAt.getTime()).toBeGreaterThanOrEqual(before)
    })

    test('that hang or fail leave the others as they are', async () => {
      await using store = await startStore()
      await using d = await openDesk(store.url)
      await d.queue.pause()
      const refuse = () => Promise.reject(new Error('the store refuses'))
      const hanging = await gather(d, { ...d.store, readFacts: never, inspectFile: never })
      expect(hanging).toMatchObject({
        store: { reachable: true, file: null },
        facts: null,
        paused: true,
        consumers: [],
      })
      const failing = await gather(d, { ...d.store, readCounts: refuse })
      expect(failing).toMatchObject({ store: { reachable: true }, counts: null, paused: null, consumers: [] })
      expect(failing.facts).not.toBeNull()
    })

    test('of a store that does not answer are unknown', async () => {
      await using store = await startStore()
      await using d = await openDesk(store.url)
      const signals = await gather(d, { ...d.store, readStore: never })
      const unknown = { counts: null, paused: null, consumers: null, facts: null, workers: null, canary: null }
      expect(signals).toMatchObject({ store: { reachable: false, problem: null }, ...unknown })
    })

    test('that come from notes are read with the others, and fail by themselves', async () => {
      await using store = await startStore()
      await using d = await openDesk(store.url)
      const target = { queue: d.observer, kind: 'exports' as const }
      const canary = { sentAt: 1, finishedAt: 2, roundTripMs: 1, pendingSince: null }
      const readNotes = () => Promise.resolve({ workers: [], canary, canaries: 0 })
      expect(await gatherSignals(d.store, { ...target, readNotes })).toMatchObject({ workers: [], canary })
      const lost = await gatherSignals(d.store, { ...target, readNotes: never })
      expect(lost).toMatchObject({ store: { reachable: true }, paused: false, workers: null, canary: null })
      const watched = await gatherSignals(d.store, { ...target, kind: 'watched', readNotes })
      expect(watched).toMatchObject({ workers: 'unsupported', canary: 'unsupported' })
    })
  })
}
