import { expect, test } from 'vitest'
import { sqlite } from '../sources/sqlite.ts'
import { readDatasets } from './datasets-file.ts'
import { nextRun } from './schedule.ts'

const read = (schedules: string) =>
  readDatasets(
    {
      path: '/x.yaml',
      text: `datasets:\n  - { name: orders, source: "sqlite:x.db", table: t }\nschedules:\n${schedules}`,
      variables: {},
    },
    [sqlite],
  )
const entry = (rest: string) => `  - { name: daily, dataset: orders, format: csv, cron: "0 6 * * 1-5"${rest} }\n`

test('a schedule says when, what and how many results are kept', () => {
  const { schedules, mistakes } = read(
    entry(', time_zone: Europe/Amsterdam, keep: 3, filters: { id: { gte: 5 } }, compression: gzip'),
  )
  expect(mistakes).toEqual([])
  expect(schedules).toEqual([
    {
      name: 'daily',
      line: 4,
      cron: '0 6 * * 1-5',
      timeZone: 'Europe/Amsterdam',
      keep: 3,
      request: { dataset: 'orders', format: 'csv', compression: 'gzip', filters: { id: { gte: 5 } } },
    },
  ])
  expect(read(entry('')).schedules).toMatchObject([{ timeZone: 'UTC', keep: 7 }])
})

const wrong: Record<string, [string, string]> = {
  'a dataset that is not listed': [
    entry('').replace('orders', 'order'),
    'schedules[0].dataset must be one of the datasets',
  ],
  'a time zone that is none': [entry(', time_zone: Mars'), 'schedules[0].time_zone must be the name of a time zone'],
  'fields that are none': [entry('').replace('1-5', '9'), 'schedules[0].cron must be five fields of cron'],
  'a day that never comes': [
    entry('').replace('0 6 * * 1-5', '0 0 30 2 *'),
    'schedules[0].cron never comes: there is no such day in any of its months.',
  ],
  'a day of several months that never comes, with seconds': [
    entry('').replace('0 6 * * 1-5', '0 0 0 31 4,6,9,11 *'),
    'schedules[0].cron never comes: ',
  ],
  'a day that no month has': [entry('').replace('0 6 * * 1-5', '0 0 32 2 *'), 'schedules[0].cron must be five fields'],
  'too few fields': [entry('').replace(' * * 1-5', ''), 'schedules[0].cron must be five fields of cron'],
  'nothing to keep': [entry(', keep: 0'), 'schedules[0].keep must be at least 1'],
  'options of another format': [entry(', bom: true').replace('csv', 'json'), 'schedules[0].bom is for csv'],
  'a name used twice': [entry('') + entry(''), 'schedules[1] names "daily" a second time'],
  'a word that is not known': [entry(', colums: [id]'), 'schedules[0].colums is no known key: did you mean "columns"?'],
  'a name for which there can be no file': [entry('').replace('daily', '../x'), 'schedules[0].name may hold'],
}
for (const [title, [text, told]] of Object.entries(wrong)) {
  test(`a schedule with ${title} is refused at its place`, () => {
    expect(read(text).mistakes).toEqual([expect.stringContaining(told)])
    expect(read(text).mistakes[0]).toMatch(/^\/x\.yaml:[45]:\d+: /)
    // Of two that have one name, the first is right.
    expect(read(text).schedules.length).toBe(text.split('\n').length - 2)
  })
}

test('a day that seldom comes is one', () => {
  for (const cron of ['0 0 29 2 *', '0 0 31 2,3 *', '0 0 30 2 1', '0 0 L 2 *', '*/10 * * * * *'])
    expect(read(entry('').replace('0 6 * * 1-5', cron)).mistakes).toEqual([])
})

test('the next run is that of the time zone', () => {
  const [schedule] = read(entry(', time_zone: Asia/Tokyo').replace('* * 1-5', '* * *')).schedules
  if (!schedule) throw new Error('there is no schedule')
  // Tokyo has no summer time: six o'clock is always 21 h UTC.
  expect(nextRun(schedule).toISOString()).toMatch(/T21:00:00\.000Z$/)
  expect(nextRun(schedule).getTime()).toBeGreaterThan(Date.now())
})
