import type { ProbeAlert } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { byOrder, isTooOld, nextOf, pauseAfter, type Message } from './message.ts'

const message = (id: string, key: string, nextAt: number): Message => ({
  id,
  channel: 'c',
  alert: { dedup_key: key } as ProbeAlert,
  createdAt: 0,
  attempts: 0,
  nextAt,
  order: 0,
})

test('the oldest of a key is first, and due as soon as one behind it', () => {
  expect(nextOf([message('open', 'a', 50), message('close', 'a', 90)])).toMatchObject({
    message: { id: 'open' },
    dueAt: 50,
  })
  expect(nextOf([message('open', 'a', 50), message('close', 'a', 0)])).toMatchObject({
    message: { id: 'open' },
    dueAt: 0,
  })
})

test('a target whose message waits holds up no other', () => {
  const messages = [message('open', 'a', 50), message('close', 'a', 60), message('other', 'b', 10)]
  expect(nextOf(messages)?.message.id).toBe('other')
})

test('the order is that of posting, not that of the clock', () => {
  const messages = [3, 1, 2].map((order) => ({ ...message(`${order}`, 'a', 0), order, createdAt: -order }))
  expect(messages.toSorted(byOrder).map(({ id }) => id)).toEqual(['1', '2', '3'])
})

test('nothing is next of nothing', () => expect(nextOf([])).toBeNull())

test('pauses grow to five minutes and last for a day', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(pauseAfter)).toEqual([
    1000, 5000, 25_000, 60_000, 120_000, 300_000, 300_000, 300_000,
  ])
  expect(isTooOld(message('m', 'a', 0), 86_400_000)).toBe(false)
  expect(isTooOld(message('m', 'a', 0), 86_400_001)).toBe(true)
})
