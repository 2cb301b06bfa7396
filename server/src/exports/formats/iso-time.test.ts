import { expect, test } from 'vitest'
import { parseMoment, parseTimeOfDay } from './iso-time.ts'

const DAY_MS = 86_400_000

test('the days of every year from 1 to 9999 are those that Date counts', () => {
  const years = Array.from({ length: 9999 }, (_, at) => String(at + 1).padStart(4, '0'))
  const texts = years.flatMap((year) => ['01-01', '02-28', '03-01', '08-31', '12-31'].map((day) => `${year}-${day}`))
  const counted = texts.map((text) => new Date(`${text}T00:00:00Z`).getTime() / DAY_MS)
  expect(texts.filter((text, at) => parseMoment(text)?.days !== counted[at])).toEqual([])
})

test('a time of day is read to the microsecond, with T or a space before it', () => {
  const micros = (12 * 3600 + 30 * 60 + 15) * 1_000_000 + 123_456
  expect(parseMoment('1970-01-02T12:30:15.123456')).toEqual({ days: 1, micros, hasTime: true })
  expect(parseMoment('1970-01-02 12:30:15.123456')).toEqual({ days: 1, micros, hasTime: true })
  expect(parseMoment('1970-01-02 12:30')?.micros).toBe((12 * 60 + 30) * 60 * 1_000_000)
  expect(parseMoment('1970-01-02T00:00:00.1234567')?.micros).toBe(123_456.7)
})

test('a time with a zone is told in UTC, over midnight too', () => {
  expect(parseMoment('1970-01-01T00:30:00+01:00')).toEqual({
    days: -1,
    micros: 23.5 * 3600 * 1_000_000,
    hasTime: true,
  })
  expect(parseMoment('1970-01-01T23:30:00-0130')).toEqual({ days: 1, micros: 3600 * 1_000_000, hasTime: true })
  expect(parseMoment('1970-01-01T12:00:00Z')).toEqual(parseMoment('1970-01-01T12:00:00+00'))
})

test('what is no point on the calendar is none', () => {
  const texts = ['', '2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-04-31', '0000-01-01', '2024-1-1']
  const times = ['2024-01-01T', '2024-01-01T24:00:00', '2024-01-01T12:60', '2024-01-01x12:00', '2024-01-01T12:00 CET']
  const others = ['infinity', '0044-03-15 BC', '10000-01-01', '2024-01-01\n', '２０２４-01-01']
  for (const text of [...texts, ...times, ...others])
    expect({ text, moment: parseMoment(text) }).toEqual({ text, moment: null })
})

test('a time alone has no zone and lies within a day', () => {
  expect(parseTimeOfDay('00:00:00')).toBe(0)
  expect(parseTimeOfDay('23:59:59.999999')).toBe(86_400_000_000 - 1)
  for (const text of ['24:00:00', '-01:00:00', '838:59:59', '12:00:00+02', '12', ''])
    expect(parseTimeOfDay(text)).toBeNull()
})
