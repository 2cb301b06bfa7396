import type { OperationOutput } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { partOf, stateOf, stateWord, timeFor, timeLeft, wordsOf } from './operation-words.ts'

const operation = (change: Partial<OperationOutput>): OperationOutput => ({
  operation_id: 'x',
  kind: 'retry',
  queue: 'mail',
  about: 'all',
  state: 'active',
  cancelled: false,
  cancelled_by: null,
  ahead: 0,
  total: 20_000,
  done: 5000,
  gone: 0,
  kept: 0,
  per_s: 50,
  rate_per_s: 50,
  asked_by: null,
  created_at: '2026-11-24T12:00:00Z',
  finished_at: null,
  fail_reason: null,
  ...change,
})

test('each state has its sentence and its word', () => {
  const said = (change: Partial<OperationOutput>) => [stateWord(operation(change)), stateOf(operation(change))]
  expect(said({})).toEqual(['running', 'Running: 5,000 of 20,000 put back in line.'])
  expect(said({ state: 'waiting', ahead: 1 })).toEqual(['waiting', 'Waiting: 1 other operation before it.'])
  expect(said({ cancelled: true })).toEqual(['stopping', 'Being stopped: 5,000 of 20,000 put back in line.'])
  expect(said({ state: 'completed', cancelled: true })).toEqual([
    'stopped',
    'Stopped: 5,000 of 20,000 put back in line.',
  ])
  expect(said({ state: 'completed', done: 20_000, kind: 'discard' })).toEqual([
    'done',
    'Done: 20,000 of 20,000 deleted.',
  ])
  expect(said({ state: 'failed', total: null })).toEqual(['failed', 'Failed: 5,000 put back in line.'])
  expect(said({ state: 'delayed' })[0]).toBe('interrupted')
  expect(said({ state: 'completed', kind: 'pause' })).toEqual(['done', 'The queue was paused.'])
})

test('what was done at once says so, and what failed says that', () => {
  const said = (kind: OperationOutput['kind'], state: OperationOutput['state']) =>
    stateOf(operation({ kind, state, done: 1200, total: null }))
  expect(said('export', 'completed')).toBe('Written to a file.')
  expect(said('export', 'failed')).toBe('Failed: the file was not written to its end, 1,200 dead letters by then.')
  expect(said('board', 'completed')).toBe('Done in Bull Board.')
  expect(said('board', 'failed')).toBe('Failed in Bull Board.')
  expect(said('resume', 'failed')).toBe('Failed: the queue was not resumed.')
})

test('what was left alone counts as settled', () => {
  expect(partOf(operation({ done: 10_000, gone: 4000, kept: 1000 }))).toBe(0.75)
  expect(partOf(operation({ total: null }))).toBeNull()
  expect(partOf(operation({ total: 0, done: 0 }))).toBe(1)
})

test('the time that is left follows the achieved rate, else the one that was asked for', () => {
  expect(timeLeft(operation({}))).toBe('about 5 min')
  expect(timeLeft(operation({ per_s: null, rate_per_s: 25 }))).toBe('about 10 min')
  expect(timeLeft(operation({ per_s: null, rate_per_s: null }))).toBeNull()
  expect(timeFor(10, 50)).toBe('less than a second')
})

test('a kind that the page does not know goes by its name', () => {
  expect(wordsOf('reindex').verb).toBe('Reindex')
})
