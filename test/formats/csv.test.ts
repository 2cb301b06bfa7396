import { execFileSync } from 'node:child_process'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { FileOptions } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { awkward } from './awkward-table.ts'
import { python } from './python.ts'
import { render } from './render.ts'

const variants: Record<string, FileOptions> = {
  commas: {},
  'semicolons and a byte order mark': { delimiter: ';', bom: true },
  tabs: { delimiter: '\t' },
  pipes: { delimiter: '|' },
}

for (const [title, options] of Object.entries(variants)) {
  describe(`CSV with ${title}`, () => {
    for (const [reader, read] of Object.entries({ 'csv-parse': byCsvParse, "Python's csv": byPython })) {
      test(`is read by ${reader} cell by cell as documented`, async () => {
        const { bytes } = await render('csv', awkward.columns, awkward.rows, options)
        const [header, ...rows] = read(bytes, options.delimiter ?? ',')
        expect(header?.map(unguarded)).toEqual(awkward.columns.map(({ name }) => name))
        expect(rows.map((cells) => cells.map(unguarded))).toEqual(awkward.rows.map((cells) => cells.map(asText)))
      })
    }
  })
}

test('no field of a CSV file begins like a formula, in the eyes of a spreadsheet', async () => {
  const { bytes } = await render('csv', awkward.columns, awkward.rows)
  const fields = byCsvParse(bytes, ',').flat()
  const numbers = /^[+-]?(?:[\d.]+(?:e[+-]?\d+)?|Infinity|[\d:]+)$/
  expect(
    fields.filter((field) => /^[\s\0]*[=+\-@\uff0b\uff0d\uff1d\uff20]/.test(field) && !numbers.test(field)),
  ).toEqual([])
})

test('NULL is told from the empty text by its quotes', async () => {
  const { bytes } = await render('csv', awkward.columns.slice(0, 2), [
    ['', null],
    [null, null],
  ])
  const cells = parse(bytes, {
    cast: (value, { quoting, header }) => (value === '' && !quoting && !header ? null : value),
  })
  expect(cells.slice(1)).toEqual([
    ['', null],
    [null, null],
  ])
})

const byCsvParse = (bytes: Buffer, delimiter: string): string[][] =>
  parse(bytes, { delimiter, bom: true, record_delimiter: '\r\n', relax_column_count: false })

function byPython(bytes: Buffer, delimiter: string): string[][] {
  const script = `
import csv, io, json, sys
csv.field_size_limit(1 << 30)
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', newline='')
json.dump(list(csv.reader(text, delimiter=sys.argv[1], strict=True)), sys.stdout)`
  return JSON.parse(
    execFileSync(python, ['-c', script, delimiter], { input: bytes, maxBuffer: 1 << 28 }).toString(),
  ) as string[][]
}

/** Takes the guard off again, as docs/formats.md says. */
const unguarded = (field: string) => (/^'+(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(field) ? field.slice(1) : field)

/** A cell as a reader of CSV sees it, for whom there is nothing but texts. */
function asText(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('base64')
  return Object.is(cell, -0) ? '-0' : String(cell).toWellFormed()
}
