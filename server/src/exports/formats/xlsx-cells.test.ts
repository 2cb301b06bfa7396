import { expect, test } from 'vitest'
import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellWriter, MAX_CELL_CHARS } from './xlsx-cells.ts'
import { styles } from './xlsx-parts.ts'

const losses = { cut: 0 }

const cell = (value: Cell, type: ColumnType = 'text') =>
  cellWriter({ name: 'a', type, source_type: '', label: null, filterable: true }, 'A', losses)('1', value)

const number = (value: number | string, style?: number) =>
  `<c r="A1"${style === undefined ? '' : ` s="${style}"`}><v>${value}</v></c>`
const text = (value: string, attributes = '', space = '') =>
  `<c r="A1"${attributes} t="inlineStr"><is><t${space}>${value}</t></is></c>`
const keeping = ' xml:space="preserve"'

test('a cell is what its value is', () => {
  expect(cell(null)).toBe('')
  expect(cell(1.5)).toBe(number(1.5))
  expect(cell(true)).toBe('<c r="A1" t="b"><v>1</v></c>')
  expect(cell(new Uint8Array([1, 2, 255]))).toBe(text('AQL/'))
  expect(cell('')).toBe(text(''))
})

test('numbers that a cell cannot hold are texts', () => {
  expect([Infinity, -Infinity, Number.NaN].map((value) => cell(value))).toEqual([
    text('Infinity'),
    text('-Infinity', ` s="${styles.quoted}"`),
    text('NaN'),
  ])
  expect(cell(2n ** 63n - 1n)).toBe(text('9223372036854775807'))
})

test('decimals are numbers as long as a spreadsheet keeps all their digits', () => {
  for (const digits of [
    '0',
    '-12.50',
    '123456789012.345',
    '0.00000000000000123',
    '9007199254740991',
    '100000000000000.00',
  ]) {
    expect(cell(digits, 'decimal')).toBe(number(digits))
  }
  for (const digits of ['9007199254740993', '0.1234567890123456', '12345678901234.567', 'NaN', '1e5', '']) {
    expect(cell(digits, 'decimal')).toBe(text(digits))
  }
})

test('dates are days since 1900 with its February 29, as texts where a spreadsheet has none', () => {
  expect(cell('1900-03-01', 'date')).toBe(number(61, styles.date))
  expect(cell('2024-02-29', 'date')).toBe(number(45_351, styles.date))
  expect(cell('9999-12-31', 'date')).toBe(number(2_958_465, styles.date))
  for (const date of ['1900-02-28', '1899-12-31', '0001-01-01', 'infinity', '2023-02-29']) {
    expect(cell(date, 'date')).toBe(text(date))
  }
})

test('times are parts of a day, in UTC when they are instants', () => {
  expect(cell('2024-02-29T12:00:00Z', 'timestamp')).toBe(number(45_351.5, styles.moment))
  expect(cell('2024-02-29 18:00:00.250', 'datetime')).toBe(number(45_351 + 64_800.25 / 86_400, styles.momentMillis))
  expect(cell('06:00:00', 'time')).toBe(number(0.25, styles.time))
  expect(cell('23:59:59.999999', 'time')).toBe(number(86_399_999 / 86_400_000, styles.timeMillis))
  expect(cell('24:00:00', 'time')).toBe(text('24:00:00'))
  expect(cell('2024-02-29', 'text')).toBe(text('2024-02-29'))
})

test('what XML cannot hold is written as Excel writes it, and what looks like that is told apart', () => {
  expect(cell('a\u0000b\r\nc\ud800\uffff')).toBe(text('a_x0000_b_x000D_\nc\ufffd_xFFFF_', '', keeping))
  expect(cell('_x0041_')).toBe(text('_x005F_x0041_', '', keeping))
  expect(cell('</t>&')).toBe(text('&lt;/t&gt;&amp;', '', keeping))
  expect(cell(' a')).toBe(text(' a', '', keeping))
})

test('a text that begins like a formula stays a text, also when somebody edits it', () => {
  expect(cell('=1+1')).toBe(text('=1+1', ` s="${styles.quoted}"`))
})

test('a longer text than a cell holds is cut and counted, not through a character', () => {
  losses.cut = 0
  expect(cell('x'.repeat(MAX_CELL_CHARS))).toHaveLength(text('').length + MAX_CELL_CHARS)
  expect(losses.cut).toBe(0)
  expect(cell('x'.repeat(MAX_CELL_CHARS + 1))).toBe(text('x'.repeat(MAX_CELL_CHARS)))
  expect(cell(`${'x'.repeat(MAX_CELL_CHARS - 1)}😀`)).toBe(text('x'.repeat(MAX_CELL_CHARS - 1)))
  expect(losses.cut).toBe(2)
})
