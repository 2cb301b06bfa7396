import type { FoundJob, SearchLine } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { readLines } from './read-lines.ts'
import { afterLine, begun, MOST_SHOWN, sentenceOf } from './search-state.ts'

const job = (id: number): FoundJob => ({
  job_id: String(id),
  name: 'send',
  state: 'failed',
  at: '2026-11-24T12:00:00Z',
  untrusted_text: 'no such user',
  board_url: '/admin/queues/queue/mail/1',
})
const line = (change: Partial<SearchLine>): SearchLine => ({
  found: [],
  scanned: 1000,
  total: 100_000,
  done: false,
  stopped: null,
  ...change,
})

test('a search says at each moment how much it has looked through', () => {
  expect(sentenceOf(begun)).toBe('Searching …')
  const running = afterLine(begun, line({ found: [job(1)] }))
  expect(sentenceOf(running)).toBe('Searching: scanned 1,000 of 100,000 jobs, 1 job found.')
  const done = afterLine(running, line({ found: [job(2)], scanned: 100_000, done: true }))
  expect(sentenceOf(done)).toBe('Scanned 100,000 of 100,000 jobs, 2 jobs found.')
  expect(sentenceOf({ ...running, state: 'given-up' })).toBe('Stopped. Scanned 1,000 of 100,000 jobs, 1 job found.')
})

test('a search that ended early says why, also when it was the server', () => {
  const stopped = afterLine(begun, line({ done: true, stopped: 'The store went away: ask again.' }))
  expect(sentenceOf(stopped)).toBe('Scanned 1,000 of 100,000 jobs, 0 jobs found. The store went away: ask again.')
})

test('no more are kept than are shown, and it is said', () => {
  const many = Array.from({ length: MOST_SHOWN + 1 }, (_, id) => job(id))
  const state = afterLine(begun, line({ found: many }))
  expect(state.found).toHaveLength(MOST_SHOWN)
  expect(sentenceOf(state)).toContain('501 jobs found, the first 500 are shown')
  const most = afterLine(begun, line({ found: many.slice(1) }))
  expect(sentenceOf(most)).toBe('Searching: scanned 1,000 of 100,000 jobs, 500 jobs found.')
})

test('lines come whole however the pieces are cut, also within a letter', async () => {
  const bytes = new TextEncoder().encode('{"a":"grün"}\n\n{"b":1}\n{"c":2}')
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  const lines = []
  for await (const text of readLines(pieces)) lines.push(text)
  expect(lines).toEqual(['{"a":"grün"}', '{"b":1}', '{"c":2}'])
})
