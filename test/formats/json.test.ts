import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Column } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { awkward } from './awkward-table.ts'
import { python } from './python.ts'
import { render } from './render.ts'

for (const format of ['json', 'ndjson'] as const) {
  for (const [reader, read] of Object.entries({ 'JSON.parse': byJavaScript, "Python's json": byPython })) {
    test(`${format} is read by ${reader} cell by cell as documented, every digit of its numbers`, async () => {
      const { bytes } = await render(format, awkward.columns, awkward.rows)
      expect(bytes.toString().includes('\r')).toBe(false)
      const rows = read(format === 'json' ? bytes.toString() : `[${bytes.toString().trim().replaceAll('\n', ',')}]`)
      const expected = awkward.rows.map((cells) =>
        cells.map((cell, at) => [awkward.columns[at]?.name, asJson(cell, awkward.columns[at] as Column)]),
      )
      expect(rows.map((row) => row.map(([name, value]) => [name, plain(value)]))).toEqual(expected)
    })
  }
}

test('every row is one line, in both', async () => {
  const lines = async (format: 'json' | 'ndjson') =>
    (await render(format, awkward.columns, awkward.rows)).bytes.toString().split('\n').length
  expect(await lines('ndjson')).toBe(awkward.rows.length + 1)
  expect(await lines('json')).toBe(awkward.rows.length + 3)
})

/** A number of a JSON text, by its digits. */
interface Digits {
  digits: string
}
type Entries = [name: string, value: unknown][][]

function byJavaScript(text: string): Entries {
  const exact = (_: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' ? ({ digits: context.source ?? '' } satisfies Digits) : value
  const rows = JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Record<string, unknown>[]
  return rows.map((row) => Object.entries(row))
}

/** Rows, which begin with the column `text`, as pairs: so keys that come twice would be seen. */
function byPython(text: string): Entries {
  const script = `
import json, sys
number = lambda digits: {'digits': digits}
pairs = lambda items: {'row': items} if items and items[0][0] == 'text' else dict(items)
rows = json.loads(sys.stdin.buffer.read().decode('utf-8'), parse_int=number, parse_float=number, object_pairs_hook=pairs)
json.dump([row['row'] for row in rows], sys.stdout)`
  return JSON.parse(execFileSync(python, ['-c', script], { input: text, maxBuffer: 1 << 28 }).toString()) as Entries
}

/** The same shape for both readers: digits are compared as texts. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown

function asJson(cell: Cell, { type }: Column): unknown {
  if (cell === null) return null
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('base64')
  if (typeof cell === 'number')
    return Number.isFinite(cell) ? { digits: Object.is(cell, -0) ? '-0' : String(cell) } : null
  if (typeof cell === 'bigint') return { digits: String(cell) }
  if (type === 'decimal') return cell === '007' ? cell : { digits: cell }
  if (type === 'json') return documents[String(cell)] ?? plain(readDocument(String(cell)))
  return cell
}

const documents: Record<string, unknown> = { '{not json': '{not json', '': '' }

const readDocument = (text: string): unknown =>
  JSON.parse(text, ((_: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' ? { digits: context.source } : value) as (key: string, value: unknown) => unknown)
