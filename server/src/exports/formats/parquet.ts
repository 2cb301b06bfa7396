import { zstdCompressSync } from 'node:zlib'
import type { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Cell } from '../sources/source.ts'
import type { ContainerFormat } from './format.ts'
import {
  completeSchema,
  isJson,
  parquetColumn,
  type ParquetColumn,
  type ParquetValue,
  type SchemaElement,
} from './parquet-columns.ts'

/**
 * What is held in memory until it is written. Readers skip whole groups, for which many rows are good; so is memory that
 * stays small: with twice as much the process takes 25 MB more (measured).
 */
const MAX_GROUP_ROWS = 4096
const MAX_GROUP_BYTES = 2 << 20

/** Apache Parquet with typed columns, its pages compressed with zstd. */
export const parquet: ContainerFormat = {
  contentType: 'application/vnd.apache.parquet',
  async *render({ columns }, batches, note) {
    const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
    const group = new RowGroup(columns.map(parquetColumn))
    const sink = new ByteWriter()
    const writer = new ParquetWriter({
      writer: sink,
      schema: [{ name: 'root', num_children: columns.length }, ...group.columns.map(({ element }) => element)],
      codec: 'ZSTD',
      compressors: { ZSTD: (page) => zstdCompressSync(page) },
      createdBy: 'queue-ops',
    })
    for await (const batch of batches) {
      for (const cells of batch) {
        group.add(cells)
        if (group.isFull()) yield* group.write(writer, sink)
      }
    }
    yield* group.write(writer, sink)
    completeSchema(group.columns)
    void writer.finish()
    yield taken(sink)
    for (const sentence of group.notes()) note(sentence)
  },
}

/** Values that a column cannot hold. */
interface Misfits {
  count: number
  /** Number of the first row that has one, from 1. */
  firstRow: number
}

/** Rows that are collected until they are written together, column by column. */
class RowGroup {
  readonly columns: ParquetColumn[]
  readonly #misfits = new Map<ParquetColumn, Misfits>()
  #values: (ParquetValue | null)[][]
  #rows = 0
  #bytes = 0
  #rowsBefore = 0

  constructor(columns: ParquetColumn[]) {
    this.columns = columns
    this.#values = columns.map(() => [])
  }

  add(cells: Cell[]) {
    this.#rows += 1
    for (let at = 0; at < this.columns.length; at++) {
      const value = this.#converted(this.columns[at] as ParquetColumn, cells[at] ?? null)
      this.#values[at]?.push(value)
      this.#bytes += sizeOf(value)
    }
  }

  isFull(): boolean {
    return this.#rows >= MAX_GROUP_ROWS || this.#bytes >= MAX_GROUP_BYTES
  }

  *write(writer: ParquetWriter, sink: ByteWriter): Generator<Uint8Array> {
    if (this.#rows > 0) {
      const columnData = this.columns.map(({ element }, at) => ({
        name: element.name,
        data: this.#values[at] ?? [],
        ...(hasNegativeZero(element, this.#values[at]) && ({ encoding: 'PLAIN' } as const)),
        // The least and the greatest document would stand in the file once more, whole.
        statistics: !isJson(element) && !hasLong(this.#values[at]),
      }))
      void writer.write({ columnData, rowGroupSize: this.#rows })
    }
    this.#values = this.columns.map(() => [])
    this.#rowsBefore += this.#rows
    this.#rows = 0
    this.#bytes = 0
    yield taken(sink)
  }

  /** What does not fit is lost: a reader has to know. */
  notes(): string[] {
    const told = this.columns.flatMap((column) => {
      const misfits = this.#misfits.get(column)
      return misfits ? [noteOf(column, misfits)] : []
    })
    const more = `So it is in ${told.length - MAX_NOTES} more columns.`
    return told.length > MAX_NOTES ? [...told.slice(0, MAX_NOTES), more] : told
  }

  #converted(column: ParquetColumn, cell: Cell): ParquetValue | null {
    if (cell === null) return null
    const value = column.convert(cell)
    if (value !== undefined) return value
    const misfits = this.#misfits.get(column)
    if (misfits) misfits.count += 1
    else this.#misfits.set(column, { count: 1, firstRow: this.#rowsBefore + this.#rows })
    return null
  }
}

/** Nobody reads a sentence for each of 2,000 columns. */
const MAX_NOTES = 10

/** hyparquet-writer's dictionary takes 0 and -0 for one value, that which came first. */
const hasNegativeZero = ({ type }: SchemaElement, values: (ParquetValue | null)[] = []) =>
  type === 'DOUBLE' && values.some((value) => Object.is(value, -0))

/** hyparquet-writer holds the least and the greatest value of each group, whole, until the end of the file. */
const MAX_BOUND = 4096

const hasLong = (values: (ParquetValue | null)[] = []) => values.some((value) => sizeOf(value) > MAX_BOUND)

function noteOf({ element, values }: ParquetColumn, { count, firstRow }: Misfits): string {
  const cells = count === 1 ? '1 cell with something else is' : `${inWords(count)} cells with something else are`
  return `Column "${element.name}" takes ${values}: ${cells} null in this file, the first in row ${inWords(firstRow)}; csv, json and xlsx keep them.`
}

const inWords = (count: number) => count.toLocaleString('en-US')

function sizeOf(value: ParquetValue | null): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  return 8
}

/** What was written since the last time; offsets go on counting. */
function taken(sink: ByteWriter): Uint8Array {
  const bytes = sink.getBytes().slice()
  sink.index = 0
  return bytes
}
