import { beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from './faults/fault.ts'
import { deadLettersGrowing } from './faults/faults/dead-letters-growing.ts'
import { queuePaused } from './faults/faults/queue-paused.ts'
import { redisFrozen } from './faults/faults/redis-frozen.ts'
import { toolsListEmpty } from './faults/faults/tools-list-empty.ts'
import { workerFrozen } from './faults/faults/worker-frozen.ts'
import { workerOnAnotherQueue } from './faults/faults/worker-on-another-queue.ts'
import { inTurns } from './faults/in-turns.ts'
import { faults } from './faults/list.ts'
import { complaintsOf, type Outcome } from './faults/outcome.ts'
import { runFault } from './faults/run-fault.ts'

/** Proves that this can fail: what is not there is not to be seen. */
const nothingAtAll: Fault = {
  name: 'nothing at all',
  how: 'nothing is done',
  system: { store: 'redis' },
  seenAs: ['queue_redis'],
  window: { ms: 0, why: 'none' },
  inject: async () => async () => undefined,
}

/** The quick ones; the whole list is `npm run test:faults`. */
const quick = [workerFrozen, workerOnAnotherQueue, redisFrozen, queuePaused, deadLettersGrowing, toolsListEmpty]

/** For what hangs: on two busy cores all of them together take 40 s. */
const SEVERAL_SYSTEMS_MS = 300_000

const outcomes = new Map<Fault, Outcome>()

beforeAll(async () => {
  await inTurns([nothingAtAll, ...quick], 4, async (fault) => {
    outcomes.set(fault, await runFault(fault, { intervalMs: 2000, rivals: [] }))
  })
}, SEVERAL_SYSTEMS_MS)

const outcomeOf = (fault: Fault): Outcome => {
  const outcome = outcomes.get(fault)
  if (outcome === undefined) throw new Error(`${fault.name} was not tried`)
  return outcome
}

describe('a fault that is done to a running system is named in time, and its end is noticed', () => {
  test.each(quick.map((fault) => [fault.name, fault] as const))('%s', (name, fault) => {
    const outcome = outcomeOf(fault)
    const { detection, recoveredAfterS } = outcome
    console.info(
      `${name}: seen after ${detection?.seconds.toFixed(1)} s, well again after ${recoveredAfterS?.toFixed(1)} s`,
    )
    expect(complaintsOf(outcome)).toEqual([])
  })
})

test('where nothing is done nothing is seen', () => {
  expect(complaintsOf(outcomeOf(nothingAtAll))).toEqual([expect.stringContaining('not seen as queue_redis')])
})

test('no two faults have the same name', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
})
