import { expect, test } from 'vitest'
import { exportFileType } from './file-name.ts'

const uuid = '0aa1bcde-0000-4000-8000-000000000000'

test('the name of an export tells its type', () => {
  expect(exportFileType(`${uuid}.csv`)).toBe('text/csv; charset=utf-8')
  expect(exportFileType('17.csv.gz')).toBe('application/gzip')
  expect(exportFileType('17.ndjson.zst')).toBe('application/zstd')
  expect(exportFileType(`daily-20261124T060000Z-${'0a'.repeat(16)}.xlsx`)).toMatch(/spreadsheetml/)
})

test('nothing else is the name of an export', () => {
  const names = ['', '.', '..', '17', '17.', '.csv', '17.exe', '17.gz', '17.csv.bz2', '17.csv.gz.gz', 'x.csv']
  const paths = ['../17.csv', '/17.csv', '17.csv/', 'a/17.csv', '..\\17.csv', '17.csv\0', '17.csv\n', '.17.csv.lease']
  for (const name of [...names, ...paths, `.${uuid}.${uuid}.part`]) expect(exportFileType(name)).toBeNull()
})
