import { expect, test } from 'vitest'
import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { json } from './json.ts'
import { ndjson } from './ndjson.ts'

const column = (name: string, type: ColumnType = 'text') => ({
  name,
  type,
  source_type: '',
  label: null,
  filterable: true,
})

function array(names: string[], ...batches: Cell[][][]): string {
  const writer = json.begin({ columns: names.map((name) => column(name)), options: {} })
  let written = 0
  const pieces = batches.map((batch) => {
    const piece = writer.rows(batch, written)
    written += batch.length
    return piece
  })
  return [writer.head(), ...pieces, writer.tail(written)].join('')
}

const line = (cell: Cell, type: ColumnType) =>
  ndjson.begin({ columns: [column('a', type)], options: {} }).rows([[cell]], 0)

test('JSON is an array of objects over all batches, with every digit of an integer', () => {
  const text = array(
    ['a', 'b"c'],
    [[1, 'x"y\n']],
    [[12345678901234567890n, null]],
    [[Infinity, new Uint8Array([1])]],
    [[-0, true]],
  )
  expect(text).toBe(
    `[\n{"a":1,"b\\"c":"x\\"y\\n"},\n{"a":12345678901234567890,"b\\"c":null},\n{"a":null,"b\\"c":"AQ=="},\n{"a":-0,"b\\"c":true}\n]\n`,
  )
})

test('JSON of no rows is an empty array', () => {
  expect(JSON.parse(array(['a']))).toEqual([])
})

test('every character of a text is read back, lone surrogates too', () => {
  const every = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))
  const texts = [...every, '😀', 'a😀\ud800b']
  const read = texts.map((text) => (JSON.parse(line(text, 'text')) as { a: string }).a)
  expect(read.filter((text, at) => text !== texts[at])).toEqual([])
})

test('decimals are numbers with all their digits; what is no number of JSON is none', () => {
  const digits = '-12345678901234567890123456789012345678.10'
  expect(line(digits, 'decimal')).toBe(`{"a":${digits}}\n`)
  expect(line('NaN', 'decimal')).toBe('{"a":null}\n')
  for (const text of ['01', '1.', '.5', '+1', '0x1', '1,2', '']) expect(line(text, 'decimal')).toBe(`{"a":"${text}"}\n`)
})

test('a JSON document is embedded as it is, on one line; what is none is a text', () => {
  expect(line('{"b": [1.10, 12345678901234567890]}', 'json')).toBe('{"a":{"b": [1.10, 12345678901234567890]}}\n')
  expect(line('{\r\n  "b":\n"\\n"\n}', 'json')).toBe('{"a":{   "b": "\\n" }}\n')
  for (const text of ['{', "{'b':1}", 'NaN', '', '1,"c":2']) {
    expect(JSON.parse(line(text, 'json'))).toEqual({ a: text })
  }
})
