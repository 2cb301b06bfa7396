import { expect, test } from 'vitest'
import { contentTypeOf } from './content-type.ts'

test('an export has the type of its format, a compressed one that of its compression', () => {
  expect(contentTypeOf('42.csv')).toBe('text/csv; charset=utf-8')
  expect(contentTypeOf('42.xlsx')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  expect(contentTypeOf('42.csv.gz')).toBe('application/gzip')
  expect(contentTypeOf('42.ndjson.zst')).toBe('application/zstd')
})

test('what no export is called has no type', () => {
  for (const name of ['42', '42.exe', '42.gz', '42.csv.gz.gz', '.csv', 'csv', '42.CSV', '42.constructor', '']) {
    expect({ name, type: contentTypeOf(name) }).toEqual({ name, type: null })
  }
})
