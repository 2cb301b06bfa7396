import type { QueueSnapshot } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { arrange, arrangementQuery, readArrangement, sortedBy } from './arrange.ts'
import { columns } from './columns.ts'

const counts = { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 }
const queue = (name: string, changes: Partial<QueueSnapshot> = {}): QueueSnapshot => ({
  queue: name,
  status: 'operational',
  reason: 'It works.',
  since: null,
  paused: false,
  counts,
  oldest_waiting_s: null,
  dead_letters_per_min: null,
  per_minute: null,
  consumers: 1,
  consuming: null,
  last_success_at: null,
  ...changes,
})
const queues = [
  queue('exports', { oldest_waiting_s: 3 }),
  queue('mail-10', { status: 'degraded', counts: { ...counts, prioritized: 5 } }),
  queue('mail-9', { status: 'down', paused: true, oldest_waiting_s: 700 }),
  queue('video', { status: null, counts: { ...counts, waiting: 4 } }),
]
const names = (query: string) => arrange(queues, readArrangement(new URLSearchParams(query))).map(({ queue }) => queue)

test('what is not well stands first unless something else is asked', () => {
  expect(names('')).toEqual(['mail-9', 'mail-10', 'video', 'exports'])
  expect(names('sort=nothing')).toEqual(names(''))
})

test.each([
  ['sort=queue', ['exports', 'mail-9', 'mail-10', 'video']],
  ['sort=-queue', ['video', 'mail-10', 'mail-9', 'exports']],
  ['sort=-waiting', ['mail-10', 'video', 'exports', 'mail-9']],
  // What is not known stands last both ways.
  ['sort=oldest', ['exports', 'mail-9', 'mail-10', 'video']],
  ['sort=-oldest', ['mail-9', 'exports', 'mail-10', 'video']],
])('%s gives %j', (query, order) => expect(names(query)).toEqual(order))

test.each([
  ['q=MAIL', ['mail-9', 'mail-10']],
  ['q=mail+down', ['mail-9']],
  ['q=paused', ['mail-9']],
  ['q=not+judged', ['video']],
  ['q=nobody', []],
])('%s leaves %j', (query, left) => expect(names(query)).toEqual(left))

test('a column sorts numbers from the largest, names from A, and turns round the second time', () => {
  const [byName, , byWaiting] = columns
  if (!byName || !byWaiting) throw new Error('columns are missing')
  expect(sortedBy(byName, null)).toEqual({ key: 'queue', isDescending: false })
  expect(sortedBy(byWaiting, sortedBy(byName, null))).toEqual({ key: 'waiting', isDescending: true })
  expect(sortedBy(byWaiting, sortedBy(byWaiting, null))).toEqual({ key: 'waiting', isDescending: false })
})

test('an arrangement is what its address says', () => {
  const arrangement = { filter: 'a&b', sort: { key: 'failed', isDescending: true } }
  const query = arrangementQuery(arrangement)
  expect(query).toEqual({ q: 'a&b', sort: '-failed' })
  expect(readArrangement(new URLSearchParams(query as Record<string, string>))).toEqual(arrangement)
  expect(arrangementQuery({ filter: '', sort: null })).toEqual({ q: null, sort: null })
})
