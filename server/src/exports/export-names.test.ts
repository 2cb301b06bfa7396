import { expect, test } from 'vitest'
import { ScheduleEntry } from './datasets/datasets-schema.ts'
import { exportFileName, exportJobId, exportStem, isExportId, jobOfStem, stemOf } from './export-names.ts'

const uuid = '0aa1bcde-0000-4000-8000-000000000000'
const scheduled = 'repeat:schedule-daily_orders-2:1795000000000'
const schedule = { name: 'daily_orders-2', handle: 'h', keep: 3 }

test('a schedule of any name that the datasets file takes has ids and files', () => {
  for (const name of ['a', '0_-', 'x'.repeat(64)]) {
    expect(ScheduleEntry.shape.name.safeParse(name).success).toBe(true)
    expect(`repeat:schedule-${name}:1795000000000`).toMatch(exportJobId)
  }
  for (const name of ['', '-a', 'a.b', 'a\n', 'x'.repeat(65)]) {
    expect(ScheduleEntry.shape.name.safeParse(name).success).toBe(false)
    expect(`repeat:schedule-${name}:1795000000000`).not.toMatch(exportJobId)
  }
})

test('only ids that this program or a person at the board gives are ids of exports', () => {
  for (const id of [uuid, '17', scheduled]) expect(id).toMatch(exportJobId)
  for (const id of [
    '',
    'x',
    '../17',
    '17/..',
    `${uuid}x`,
    'repeat:other:1795000000000',
    'repeat:schedule-:1795000000000',
    'repeat:schedule-../x:1795000000000',
  ])
    expect(id).not.toMatch(exportJobId)
})

test('files are named after the id, those of a schedule after its name and time, and cannot be guessed', () => {
  expect(exportFileName(uuid, { dataset: 'd', format: 'csv', compression: 'gzip' })).toBe(`${uuid}.csv.gz`)
  const stem = stemOf(scheduled, { schedule })
  expect(stem).toMatch(/^daily_orders-2-20261118T[0-9]{6}Z-[0-9a-f]{32}$/)
  expect(stemOf(scheduled, { schedule: { ...schedule, handle: 'other' } })).not.toBe(stem)
  for (const name of [uuid, '17', stem]) expect(name).toMatch(exportStem)
  for (const id of [uuid, '17', scheduled]) expect(jobOfStem(stemOf(id, { schedule }))).toBe(id)
  for (const name of ['.hidden', '..', 'daily-20261118T000000Z', `x/${stem}`]) {
    expect(name).not.toMatch(exportStem)
    expect(jobOfStem(name)).toBeNull()
  }
})

test('only the jobs of a schedule carry a schedule, and only that of their name', () => {
  expect(isExportId(scheduled, { schedule })).toBe(true)
  expect(isExportId(uuid, { schedule: undefined })).toBe(true)
  expect(isExportId(scheduled, { schedule: undefined })).toBe(false)
  expect(isExportId(uuid, { schedule })).toBe(false)
  expect(isExportId(scheduled, { schedule: { ...schedule, name: '/../../evil' } })).toBe(false)
})
