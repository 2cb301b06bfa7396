import { expect, test } from 'vitest'
import type { Cell } from './sources/source.ts'
import { withoutLargeRows } from './large-rows.ts'

const columns = ['id', 'text'].map((name) => ({
  name,
  type: 'text' as const,
  source_type: '',
  label: null,
  filterable: true,
}))

async function* batches(...rows: Cell[][]): AsyncGenerator<Cell[][]> {
  yield rows
}

test('rows that any format can write are handed on as they are', async () => {
  const rows: Cell[][] = [
    [1, 'x'.repeat(10_000_000)],
    [null, new Uint8Array(5)],
  ]
  expect(await Array.fromAsync(withoutLargeRows(batches(...rows), columns))).toEqual([rows])
})

test('a row that would take the worker along is refused by its largest column', async () => {
  const rows = withoutLargeRows(batches([1, 'x'], [2, 'x'.repeat(12_000_001)]), columns)
  await expect(Array.fromAsync(rows)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/^A row is larger than the 12,000,000 characters .* column "text": leave it out/),
  })
})
