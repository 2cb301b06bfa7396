import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Contender } from '../contender.ts'
import { readArrays, type Value } from '../read-rows.ts'
import { rivals } from '../rivals.ts'
import { columns } from '../rows.ts'

const names = Object.keys(columns)

/** It writes while the event loop turns; without a turn now and then it would hold everything until the end. */
const TURN_EVERY = 1000

interface Exceljs {
  default: {
    stream: {
      xlsx: {
        WorkbookWriter: new (options: object) => {
          addWorksheet(name: string): { addRow(values: Value[]): { commit(): void }; commit(): void }
          commit(): Promise<void>
        }
      }
    }
  }
}

interface Sheetjs {
  default: {
    utils: {
      aoa_to_sheet(rows: Value[][], options: object): object
      book_new(): object
      book_append_sheet(book: object, sheet: object, name: string): void
    }
    writeFile(book: object, file: string, options: object): void
  }
}

export const exceljs: Contender = {
  id: 'exceljs',
  name: 'exceljs, streaming',
  kind: 'xlsx',
  absent: rivals.absent,
  version: () => `exceljs ${rivals.version('exceljs')}`,
  heapMiB: 8192,
  async load() {
    const { default: library } = (await rivals.load('exceljs')) as Exceljs
    return async ({ database }, filename) => {
      const book = new library.stream.xlsx.WorkbookWriter({ filename, useStyles: false, useSharedStrings: false })
      const sheet = book.addWorksheet('rows')
      sheet.addRow(names).commit()
      let rows = 0
      for (const row of readArrays(database)) {
        sheet.addRow(row).commit()
        rows += 1
        if (rows % TURN_EVERY === 0) await nextTurn()
      }
      sheet.commit()
      await book.commit()
    }
  },
}

/** It has no streaming writer of workbooks; compression is off unless it is asked for. */
export const sheetjs: Contender = {
  id: 'sheetjs',
  name: 'SheetJS, all in memory',
  kind: 'xlsx',
  absent: rivals.absent,
  version: () => `SheetJS ${rivals.version('xlsx')}`,
  heapMiB: 8192,
  async load() {
    const { default: library } = (await rivals.load('xlsx')) as Sheetjs
    return async ({ database }, file) => {
      const book = library.utils.book_new()
      const sheet = library.utils.aoa_to_sheet([names, ...readArrays(database)], { dense: true })
      library.utils.book_append_sheet(book, sheet, 'rows')
      library.writeFile(book, file, { bookType: 'xlsx', compression: true })
    }
  },
}
