import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BATCH_BYTES, BATCH_ROWS } from '../sources/batch.ts'
import type { Cell } from '../sources/source.ts'

/** Rows that are put in order in a temporary file, however many they are. Cells are what JSON knows. */
export class SortedRows implements Disposable {
  readonly #db = new DatabaseSync('')
  readonly #insert
  readonly #order: string

  /** @param descending for each of the values by which rows are ordered */
  constructor(descending: boolean[]) {
    const keys = descending.map((_, at) => `k${at}`)
    this.#db.exec(`CREATE TABLE sorted (n INTEGER PRIMARY KEY, ${keys.join(', ')}, cells TEXT); BEGIN`)
    this.#insert = this.#db.prepare(
      `INSERT INTO sorted (${[...keys, 'cells'].join(', ')}) VALUES (${[...keys, ''].map(() => '?').join(', ')})`,
    )
    this.#order = [...keys.map((key, at) => key + (descending[at] ? ' DESC' : '')), 'n'].join(', ')
  }

  add(by: Cell[], cells: Cell[]): void {
    this.#insert.run(...(by as SQLInputValue[]), JSON.stringify(cells))
  }

  async *batches(): AsyncGenerator<Cell[][]> {
    let batch: Cell[][] = []
    let bytes = 0
    for (const row of this.#db.prepare(`SELECT cells FROM sorted ORDER BY ${this.#order}`).iterate()) {
      const text = String(row['cells'])
      bytes += text.length
      if (batch.push(JSON.parse(text) as Cell[]) < BATCH_ROWS && bytes < BATCH_BYTES) continue
      yield batch
      batch = []
      bytes = 0
      await nextTurn()
    }
    if (batch.length > 0) yield batch
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}
