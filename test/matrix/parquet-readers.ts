import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetRead } from 'hyparquet'
import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'

/** What DuckDB makes of a file: the types of its columns, and cells as `show` writes them. */
export async function duckDbParquet(
  path: string,
  show: ((column: string) => string)[],
): Promise<{ types: string[]; rows: (string | null)[][] }> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${path}'`)
    const names = show.map((_, at) => `c${at}`)
    const cells = show.map((write, at) => write(`c${at}`)).join(', ')
    const read = await connection.runAndReadAll(`SELECT ${cells} FROM '${path}' AS t(${names.join(', ')})`)
    return {
      types: described.getRowsJS().map(([, type]) => String(type)),
      rows: read.getRowsJS() as (string | null)[][],
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** What hyparquet makes of it. */
export async function hyparquet(path: string): Promise<{ names: string[]; rows: unknown[][] }> {
  const bytes = await readFile(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  // Of a page of nothing but NULL nothing comes out, which is no limit that zlib knows.
  const unpack = (page: Uint8Array, size: number) => zstdDecompressSync(page, { maxOutputLength: Math.max(1, size) })
  const [, ...columns] = parquetMetadata(file).schema
  let rows: unknown[][] = []
  await parquetRead({
    file,
    compressors: { ZSTD: unpack },
    utf8: false,
    onComplete: (read: unknown) => (rows = read as unknown[][]),
  })
  return { names: columns.map(({ name }) => name), rows }
}
