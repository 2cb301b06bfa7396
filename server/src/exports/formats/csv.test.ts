import { expect, test } from 'vitest'
import type { ColumnType, FileOptions } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { csv } from './csv.ts'

function lines(cells: Cell[], type: ColumnType = 'text', options: FileOptions = {}): string {
  const column = { name: 'a', type, source_type: '', label: null, filterable: true }
  return csv.begin({ columns: [column], options }).rows(
    cells.map((cell) => [cell]),
    0,
  )
}

function whole(names: string[], batches: Cell[][][], options: FileOptions = {}): string {
  const columns = names.map((name) => ({ name, type: 'text' as const, source_type: '', label: null, filterable: true }))
  const writer = csv.begin({ columns, options })
  return [writer.head(), ...batches.map((batch, at) => writer.rows(batch, at)), writer.tail(0)].join('')
}

test('fields are quoted where RFC 4180 asks for it, NULL and the empty text stay apart', () => {
  const rows: Cell[][] = [
    ['plain', 1, 2.5],
    ['a "quoted", text', null, -3],
    ['two\r\nlines', '', 12345678901234567890n],
    [new Uint8Array([1, 2, 255]), 'é😀', true],
  ]
  expect(whole(['a', 'b,c', 'd'], [rows.slice(0, 2), rows.slice(2)])).toBe(
    'a,"b,c",d\r\nplain,1,2.5\r\n"a ""quoted"", text",,-3\r\n"two\r\nlines","",12345678901234567890\r\nAQL/,é😀,true\r\n',
  )
})

test('NULL, the empty text and no bytes: only the first is an empty field', () => {
  expect(whole(['a', 'b', 'c'], [[[null, '', new Uint8Array()]]])).toBe('a,b,c\r\n,"",""\r\n')
})

test('a long text of quotes alone is doubled', () => {
  const text = '"'.repeat(3_000_001)
  expect(lines([text]) === `"${text}${text}"\r\n`).toBe(true)
})

test('cells behind the last column are not written', () => {
  expect(whole(['a'], [[['x', 'a key that was not asked for']]])).toBe('a\r\nx\r\n')
})

test('a text that a spreadsheet would run gets an apostrophe', () => {
  const operators = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '＋1', '－1', '＠A1']
  expect(lines(operators)).toBe(operators.map((text) => `'${text}\r\n`).join(''))
  expect(lines(['\t=1', '\r=1', '\nx', '  =1', '\u00a0@x'])).toBe(
    `'\t=1\r\n"'\r=1"\r\n"'\nx"\r\n'  =1\r\n'\u00a0@x\r\n`,
  )
})

test('a text that has such apostrophes already gets one more, so that one can always be taken away again', () => {
  expect(lines([`'=1`, `''@x`, `'s-Hertogenbosch`])).toBe(`''=1\r\n'''@x\r\n's-Hertogenbosch\r\n`)
})

test('without the guard texts are what they are', () => {
  expect(lines(['=1+1', `'=1`, '＝1'], 'text', { formula_guard: false })).toBe(`=1+1\r\n'=1\r\n＝1\r\n`)
})

test('numbers stay numbers, as cells and as exact digits; a formula does not become one by its column', () => {
  expect(lines([-1, -12345678901234567890n, -0, -Infinity])).toBe('-1\r\n-12345678901234567890\r\n-0\r\n-Infinity\r\n')
  expect(lines(['-12.50', '+1e5', '-1+1', '=1'], 'decimal')).toBe(`-12.50\r\n+1e5\r\n'-1+1\r\n'=1\r\n`)
  expect(lines(['-838:59:59'], 'time')).toBe('-838:59:59\r\n')
})

test('spaces at the ends are quoted: some readers trim what is not', () => {
  expect(lines([' a', 'a ', 'a\t', 'a b'])).toBe('" a"\r\n"a "\r\n"a\t"\r\na b\r\n')
})

test('a row whose only value is NULL is no empty line', () => {
  expect(lines(['x', null, 'y'])).toBe('x\r\n""\r\ny\r\n')
})

test('the delimiter decides what is quoted, a byte order mark comes first, no rows leave the header', () => {
  expect(lines(['a,b', 'a;b'], 'text', { delimiter: ';' })).toBe('a,b\r\n"a;b"\r\n')
  expect(lines(['a|b'], 'text', { delimiter: '|' })).toBe('"a|b"\r\n')
  expect(whole(['a', '=b'], [], { bom: true })).toBe(`\u{feff}a,'=b\r\n`)
})
