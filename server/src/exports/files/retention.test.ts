import { expect, test } from 'vitest'
import type { StoredFile } from './export-files.ts'
import { GRACE_MS, leaseName, whatToDelete, type Limits } from './retention.ts'

const now = Date.UTC(2026, 10, 24, 12)
const hours = (n: number) => n * 3_600_000
const none: Limits = { maxAgeMs: null, maxTotalBytes: null }

/** An export that was published so long ago, called by one digit. */
const file = (digit: string, ageMs: number, bytes = 10): StoredFile => ({
  name: `${digit}.csv`,
  bytes,
  modifiedAt: now - ageMs,
})
const lease = (of: string, ageMs: number): StoredFile => ({ name: leaseName(of), bytes: 0, modifiedAt: now - ageMs })
const deleted = (stored: StoredFile[], limits: Partial<Limits>) =>
  whatToDelete(stored, { ...none, ...limits }, now).map(({ name }) => name)

test('without limits everything stays', () => {
  expect(deleted([file('1', hours(100_000), 1e12), file('2', 0)], {})).toEqual([])
})

test('what is older than the limit goes, what is as old as the limit stays', () => {
  const stored = [file('1', hours(5)), file('2', hours(5) + 1), file('3', hours(9))]
  expect(deleted(stored, { maxAgeMs: hours(5) })).toEqual(['3.csv', '2.csv'])
})

test('of too much the oldest go first, no more than needed', () => {
  const stored = [file('1', hours(2)), file('2', hours(4)), file('3', hours(3)), file('4', hours(5), 5)]
  expect(deleted(stored, { maxTotalBytes: 35 })).toEqual([])
  expect(deleted(stored, { maxTotalBytes: 34 })).toEqual(['4.csv'])
  expect(deleted(stored, { maxTotalBytes: 29 })).toEqual(['4.csv', '2.csv'])
  expect(deleted(stored, { maxTotalBytes: 0 })).toEqual(['4.csv', '2.csv', '3.csv', '1.csv'])
})

test('what goes because of its age makes room for the rest', () => {
  const stored = [file('1', hours(3)), file('2', hours(2))]
  expect(deleted(stored, { maxAgeMs: hours(2.5), maxTotalBytes: 10 })).toEqual(['1.csv'])
})

test('what was published or read a moment ago stays, and another one goes in its place', () => {
  const stored = [
    file('1', hours(9)),
    lease('1.csv', GRACE_MS - 1),
    file('2', hours(8)),
    file('3', hours(7)),
    file('4', GRACE_MS - 1),
  ]
  expect(deleted(stored, { maxTotalBytes: 30 })).toEqual(['2.csv'])
  expect(deleted(stored, { maxAgeMs: 0 })).toEqual(['2.csv', '3.csv'])
  expect(deleted(stored, { maxTotalBytes: 0 })).toEqual(['2.csv', '3.csv'])
})

test('a file from a clock that is ahead stays', () => {
  expect(deleted([file('1', -hours(50))], { maxAgeMs: hours(1), maxTotalBytes: 0 })).toEqual([])
})

test('a lease goes when its time is over', () => {
  const stored = [file('1', hours(2)), lease('1.csv', GRACE_MS), lease('2.csv', hours(99)), lease('3.csv', 0)]
  expect(deleted(stored, {})).toEqual(['.1.csv.lease', '.2.csv.lease'])
})

test('what is no export of ours neither goes nor counts', () => {
  const foreign = ['report.csv', '1.exe', '.1.csv.part', '..csv.lease', '.report.csv.lease', '1.csv.bak', 'a/1.csv']
  const stored = [...foreign.map((name) => ({ name, bytes: 1e9, modifiedAt: 0 })), file('1', hours(2))]
  expect(deleted(stored, { maxAgeMs: hours(24), maxTotalBytes: 10 })).toEqual([])
})
