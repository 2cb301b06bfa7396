import { expect, test } from 'vitest'
import type { Cell } from '../sources/source.ts'
import type { Format } from './format.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { xlsx } from './xlsx.ts'

async function render(format: Format, columns: string[], ...batches: Cell[][][]): Promise<string> {
  const table = {
    columns: columns.map((name) => ({ name, type: 'text' as const, source_type: '', label: null, filterable: true })),
    options: {},
  }
  if ('begin' in format) {
    const writer = format.begin(table)
    let written = 0
    const pieces = batches.map((batch) => {
      const piece = writer.rows(batch, written)
      written += batch.length
      return piece
    })
    return [writer.head(), ...pieces, writer.tail(written)].join('')
  }
  async function* rows() {
    yield* batches
  }
  return Buffer.concat(await Array.fromAsync(format.render(table, rows(), () => undefined))).toString()
}

test('CSV quotes what RFC 4180 asks for and keeps NULL and the empty text apart', async () => {
  const rows: Cell[][] = [
    ['plain', 1, 2.5],
    ['a "quoted", text', null, -3],
    ['two\r\nlines', '', 12345678901234567890n],
    [new Uint8Array([1, 2, 255]), 'é😀', 0],
  ]
  expect(await render(csv, ['a', 'b,c', 'd'], rows)).toBe(
    'a,"b,c",d\r\nplain,1,2.5\r\n"a ""quoted"", text",,-3\r\n"two\r\nlines","",12345678901234567890\r\nAQL/,é😀,0\r\n',
  )
})

test('CSV makes a text that starts like a formula harmless, but not a negative number', async () => {
  const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'a=1']
  expect(await render(csv, ['a'], texts.map((text) => [text]).concat([[-1] as never]))).toBe(
    `a\r\n'=1+1\r\n'+1\r\n'-1\r\n'@SUM(A1)\r\n'\t=1\r\n"'\r=1"\r\na=1\r\n-1\r\n`,
  )
})

test('CSV of one column keeps the rows whose only value is NULL', async () => {
  expect(await render(csv, ['a'], [['x'], [null], ['y']])).toBe('a\r\nx\r\n""\r\ny\r\n')
})

test('CSV of no rows is its header', async () => {
  expect(await render(csv, ['a', 'b'])).toBe('a,b\r\n')
})

test('JSON is an array of objects over all batches, with every digit of an integer', async () => {
  const text = await render(
    json,
    ['a', 'b"c'],
    [[1, 'x"y\n']],
    [[12345678901234567890n, null]],
    [[Infinity, new Uint8Array([1])]],
  )
  expect(text).toBe(
    `[\n{"a":1,"b\\"c":"x\\"y\\n"},\n{"a":12345678901234567890,"b\\"c":null},\n{"a":null,"b\\"c":"AQ=="}\n]\n`,
  )
})

test('JSON of no rows is an empty array', async () => {
  expect(JSON.parse(await render(json, ['a']))).toEqual([])
})

test('XLSX refuses what a cell cannot hold', async () => {
  await expect(render(xlsx, ['a'], [['x'.repeat(32_768)]])).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('32,767 characters'),
  })
})

test('XLSX refuses more rows than a sheet holds', async () => {
  const batch: Cell[][] = Array.from({ length: 1024 }, () => [null])
  await expect(render(xlsx, ['a'], ...Array.from({ length: 1024 }, () => batch))).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('1,048,575 rows'),
  })
})
