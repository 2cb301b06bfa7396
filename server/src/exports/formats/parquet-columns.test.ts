import { expect, test } from 'vitest'
import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { parquetColumn } from './parquet-columns.ts'

const column = (type: ColumnType, sourceType = '') =>
  parquetColumn({ name: 'a', type, source_type: sourceType, label: null, filterable: true })

const converted = (type: ColumnType, cells: Exclude<Cell, null>[], sourceType = '') =>
  cells.map((cell) => column(type, sourceType).convert(cell))

test('whole numbers are those of 64 bits, without a sign where the source says so', () => {
  expect(converted('integer', [1, -(2n ** 63n), 2n ** 63n - 1n, 5.0, '12', true])).toEqual([
    1n,
    -(2n ** 63n),
    2n ** 63n - 1n,
    5n,
    12n,
    1n,
  ])
  expect(converted('integer', [2n ** 63n, 1.5, 'x', '', Number.NaN, new Uint8Array([1])])).toEqual(
    Array(6).fill(undefined),
  )
  expect(converted('integer', [2n ** 64n - 1n, -1], 'bigint(20) unsigned')).toEqual([2n ** 64n - 1n, undefined])
  expect(converted('integer', [2n ** 64n - 1n], 'bit(64)')).toEqual([2n ** 64n - 1n])
})

test('an exact number keeps the digits its column declares; without any declared it is a text', () => {
  expect(converted('decimal', ['12.5', '-0.010', '99999999.99', 3], 'numeric(10,2)')).toEqual([
    1250n,
    -1n,
    9999999999n,
    300n,
  ])
  expect(converted('decimal', ['0.001', '100000000', 'NaN', 'x'], 'numeric(10,2)')).toEqual(Array(4).fill(undefined))
  expect(converted('decimal', ['9'.repeat(38)], 'DECIMAL(38)')).toEqual([10n ** 38n - 1n])
  expect(column('decimal', 'numeric').element.converted_type).toBe('UTF8')
  expect(column('decimal', 'numeric(50,2)').element.converted_type).toBe('UTF8')
})

test('a double takes no whole number that it would round', () => {
  expect(converted('real', [1.5, -0, Number.NaN, 2n ** 53n, '2.5'])).toEqual([1.5, -0, Number.NaN, 2 ** 53, 2.5])
  expect(converted('real', [2n ** 53n + 1n, 'x', '', true])).toEqual(Array(4).fill(undefined))
})

test('dates and times are those of the calendar, to the microsecond', () => {
  expect(converted('date', ['1970-01-02', '0001-01-01', '1970-01-01 00:00:00'])).toEqual([1, -719_162, 0])
  expect(converted('date', ['1970-01-01 12:00:00', 'infinity', 5])).toEqual(Array(3).fill(undefined))
  expect(converted('timestamp', ['1970-01-01T00:00:00.000001Z', '1969-12-31 23:59:59'])).toEqual([1n, -1_000_000n])
  expect(converted('datetime', ['2024-01-01T00:00:00.0000001', '0000-00-00 00:00:00', 1])).toEqual(
    Array(3).fill(undefined),
  )
})

test('texts, JSON and bytes hold everything', () => {
  const cells = ['x', 1, 2n ** 64n, true, new Uint8Array([1, 2, 255])]
  expect(converted('text', cells)).toEqual(['x', '1', '18446744073709551616', 'true', 'AQL/'])
  expect(converted('json', ['{"a": 1}', 'x', 5])).toEqual(['{"a": 1}', '"x"', '5'])
  expect(converted('binary', cells)).toEqual([
    Buffer.from('x'),
    Buffer.from('1'),
    Buffer.from('18446744073709551616'),
    Buffer.from('true'),
    cells[4],
  ])
})
