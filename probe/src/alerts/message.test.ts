import type { ProbeAlert } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { isTooOld, nextOf, pauseAfter, type Message } from './message.ts'

const message = (id: string, incident: string, nextAt: number): Message => ({
  id,
  channel: 'c',
  alert: { incident_id: incident } as ProbeAlert,
  createdAt: 0,
  attempts: 0,
  nextAt,
})

test('an end never comes before its beginning', () => {
  expect(nextOf([message('open', 'a', 50), message('close', 'a', 0)])?.id).toBe('open')
})

test('an incident whose message waits holds up no other', () => {
  expect(nextOf([message('open', 'a', 50), message('close', 'a', 0), message('other', 'b', 10)])?.id).toBe('other')
})

test('nothing is next of nothing', () => expect(nextOf([])).toBeNull())

test('pauses grow to five minutes and last for a day', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(pauseAfter)).toEqual([
    1000, 5000, 25_000, 60_000, 120_000, 300_000, 300_000, 300_000,
  ])
  expect(isTooOld(message('m', 'a', 0), 86_400_000)).toBe(false)
  expect(isTooOld(message('m', 'a', 0), 86_400_001)).toBe(true)
})
