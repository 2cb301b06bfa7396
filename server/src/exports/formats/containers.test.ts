import { expect, test } from 'vitest'
import type { Cell } from '../sources/source.ts'
import type { ContainerFormat } from './format.ts'
import { parquet } from './parquet.ts'
import { xlsx } from './xlsx.ts'

const table = {
  columns: [{ name: 'a', type: 'text' as const, source_type: '', label: null, filterable: true }],
  options: {},
}

/** Rows that cannot be compressed away, in batches of half a megabyte; tells when somebody ends it. */
async function* endless(seen: { batches: number; ended: boolean }): AsyncGenerator<Cell[][]> {
  try {
    for (;;) {
      seen.batches += 1
      yield Array.from({ length: 500 }, (_, row) => [`${seen.batches} ${row} ${'x'.repeat(1000)}`])
    }
  } finally {
    seen.ended = true
  }
}

const containers: Record<string, ContainerFormat> = { xlsx, parquet }
for (const [name, format] of Object.entries(containers)) {
  test(`${name}: whoever stops reading the file ends the reading of rows`, async () => {
    const seen = { batches: 0, ended: false }
    for await (const _ of format.render(table, endless(seen), () => undefined)) {
      if (seen.batches > 0) break
    }
    await expect.poll(() => seen.ended).toBe(true)
  })

  test(`${name}: no more rows are read than are asked for`, async () => {
    const seen = { batches: 0, ended: false }
    const pieces = format.render(table, endless(seen), () => undefined)[Symbol.asyncIterator]()
    do await pieces.next()
    while (seen.batches === 0)
    const before = await settled(() => seen.batches)
    expect(before).toBeLessThan(50)
    await pieces.return?.()
    await expect.poll(() => seen.ended).toBe(true)
  })

  test(`${name}: a source that fails in the middle fails the file with its error`, async () => {
    const failure = new Error('the source is gone')
    async function* failing(): AsyncGenerator<Cell[][]> {
      yield [['x']]
      throw failure
    }
    await expect(Array.fromAsync(format.render(table, failing(), () => undefined))).rejects.toBe(failure)
  })

  test(`${name}: the same rows give the same bytes`, async () => {
    async function* rows(): AsyncGenerator<Cell[][]> {
      yield [['x'], [null]]
      yield [['=1']]
    }
    const written = async () => Buffer.concat(await Array.fromAsync(format.render(table, rows(), () => undefined)))
    expect((await written()).equals(await written())).toBe(true)
  })
}

test('xlsx refuses more columns than a sheet has', () => {
  const wide = {
    columns: Array.from({ length: 16_385 }, () => ({
      ...(table.columns[0] as (typeof table.columns)[number]),
      name: 'a',
    })),
    options: {},
  }
  expect(() => xlsx.render(wide, endless({ batches: 0, ended: false }), () => undefined)).toThrow(
    'A sheet holds at most 16,384 columns and these are 16,385: name fewer in columns, or choose csv or json.',
  )
})

/** What a number is when it has stopped to change for a while of turns. */
async function settled(value: () => number): Promise<number> {
  let last = -1
  let unchanged = 0
  while (unchanged < 20) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    unchanged = value() === last ? unchanged + 1 : 0
    last = value()
  }
  return last
}
