import { expect, test } from 'vitest'
import { isOpen, queryOf, selectionOf, windowOf } from './time-window.ts'

test('a window goes to the address and back', () => {
  const window = { after: '2026-11-24T12:00:00.000Z', before: null }
  expect(queryOf(window)).toEqual({ failed_after: window.after, failed_before: null })
  expect(windowOf(new URLSearchParams({ failed_after: window.after }))).toEqual(window)
})

test('what is no time is no end of a window', () => {
  expect(isOpen(windowOf(new URLSearchParams('failed_after=yesterday&failed_before=')))).toBe(true)
})

test('without ends it is all dead letters', () => {
  expect(selectionOf({ after: null, before: null })).toEqual({ filter: {} })
  expect(selectionOf({ after: null, before: '2026-11-24T12:00:00.000Z' })).toEqual({
    filter: { failed_before: '2026-11-24T12:00:00.000Z' },
  })
})
