import type { StatusReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { headline, tabTitle } from './headline.ts'
import { afterAnswer, afterMiss, nothingRead } from './reading.ts'

const report: StatusReport = {
  version: '0.1.0',
  health: {
    healthy: true,
    status: 'operational',
    summary: 'Jobs flow.',
    queue: 'exports',
    observed_at: '2026-11-23T12:00:00Z',
    checks: [],
  },
  queue: null,
  probe_results: [],
  board_url: '/admin/queues',
}
const noAnswer = { what: 'The server does not answer', detail: 'No connection.' }
const answered = afterAnswer(nothingRead, report, 0)

test('before the first answer the state is not known', () => {
  expect(headline(nothingRead)).toMatchObject({ tone: 'unknown', word: 'Loading' })
  expect(headline(afterMiss(nothingRead, noAnswer))).toMatchObject({ tone: 'unknown', word: 'No answer' })
})

test('an answer speaks for itself, also through one missed poll', () => {
  expect(headline(answered)).toEqual({ tone: 'operational', word: 'Operational', sentence: 'Jobs flow.' })
  expect(headline(afterMiss(answered, noAnswer))).toMatchObject({ tone: 'operational' })
})

test('after two missed polls nothing is green, and what was last known is said with its time', () => {
  const lost = headline(afterMiss(afterMiss(answered, noAnswer), noAnswer))
  expect(lost).toMatchObject({ tone: 'unknown', word: 'No answer' })
  expect(lost.sentence).toMatch(/^Last known at \d\d:\d\d:\d\d .*: operational\. Jobs flow\.$/)
})

test('the tab says the state and the queue', () => {
  expect(tabTitle({ tone: 'down', word: 'Down', sentence: '' }, 'exports')).toBe('● down – exports')
  expect(tabTitle(headline(nothingRead), undefined)).toBe('○ loading – queue status')
})
