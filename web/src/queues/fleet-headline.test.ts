import type { FleetSnapshot, HealthStatus, QueueSnapshot } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { fleetSentence, sinceInWords } from './fleet-headline.ts'
import { shortReason } from './short-reason.ts'

const counts = { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 }
const queue = (name: string, status: HealthStatus | null, since: string | null = null): QueueSnapshot => ({
  queue: name,
  status,
  reason: `The queue "${name}" does not work: nobody takes its jobs.`,
  since,
  paused: false,
  counts,
  oldest_waiting_s: null,
  dead_letters_per_min: null,
  per_minute: null,
  consumers: 1,
  consuming: null,
  last_success_at: null,
})
const fleet = (...queues: QueueSnapshot[]): FleetSnapshot => ({
  sequence: 'a-1',
  taken_at: '2026-11-24T12:00:00.000Z',
  store_reachable: true,
  queues,
})
const well = (...names: string[]) => names.map((name) => queue(name, 'operational'))

test.each([
  ['one queue says more by itself', fleet(queue('a', 'down')), null],
  ['those that are not watched say nothing', fleet(queue('a', 'down'), queue('b', null)), null],
  ['all work', fleet(...well('a', 'b', 'c')), 'All 3 watched queues work.'],
  [
    'one does not',
    fleet(...well('a', 'b', 'c'), queue('d', 'down')),
    'The queue "d" does not work: nobody takes its jobs. The other 3 work.',
  ],
  ['none works', fleet(queue('a', 'down'), queue('b', 'degraded')), 'a is down; b is degraded.'],
  [
    'many do not',
    fleet(...well('z'), ...['a', 'b', 'c', 'd', 'e'].map((name) => queue(name, 'degraded')), queue('f', 'down')),
    'f is down; a, b, c and 2 more are degraded. The other one works.',
  ],
  ['the store does not answer', { ...fleet(...well('a', 'b')), store_reachable: false }, null],
  ['nothing is known', null, null],
])('%s', (_case, seen, said) => expect(fleetSentence(seen)).toBe(said))

test('it has been down since the first queue was', () => {
  const now = Date.parse('2026-11-24T12:00:00.000Z')
  const seen = fleet(queue('a', 'down', '2026-11-24T11:55:00.000Z'), queue('b', 'down', '2026-11-24T10:00:00.000Z'))
  expect(sinceInWords(seen, 'down', now)).toBe('for 2 h')
  expect(sinceInWords(seen, 'operational', now)).toBeNull()
  expect(sinceInWords(fleet(queue('a', 'down')), 'down', now)).toBeNull()
})

test('a reason is told without the name and state that stand beside it', () => {
  expect(shortReason(queue('a: b', 'down'))).toBe('nobody takes its jobs.')
  expect(shortReason({ ...queue('a', 'down'), reason: 'Its health is not watched: 3 jobs wait.' })).toBe(
    'Its health is not watched: 3 jobs wait.',
  )
})
