import { createWriteStream } from 'node:fs'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Contender } from '../contender.ts'
import { readArrays, type Value } from '../read-rows.ts'
import { rivals } from '../rivals.ts'
import { columns } from '../rows.ts'

const names = Object.keys(columns)

/** Papaparse has no stream for writing: its users hand it portions. */
const PORTION = 1000

interface CsvStringify {
  stringify(options: object): Transform
}

interface FastCsv {
  format(options: object): Transform
}

interface Papaparse {
  default: { unparse(table: { fields: string[]; data: Value[][] }, options: object): string }
}

export const csvStringify = (escapeFormulas: boolean): Contender => ({
  id: escapeFormulas ? 'csv-stringify-escaping' : 'csv-stringify',
  name: escapeFormulas ? 'csv-stringify, escape_formulas' : 'csv-stringify',
  kind: 'csv',
  absent: rivals.absent,
  version: () => `csv-stringify ${rivals.version('csv-stringify')}`,
  async load() {
    const { stringify } = (await rivals.load('csv-stringify')) as CsvStringify
    return ({ database }, file) =>
      pipeline(
        Readable.from(readArrays(database)),
        stringify({ header: true, columns: names, escape_formulas: escapeFormulas }),
        createWriteStream(file),
      )
  },
})

export const fastCsv: Contender = {
  id: 'fast-csv',
  name: '@fast-csv/format',
  kind: 'csv',
  absent: rivals.absent,
  version: () => `@fast-csv/format ${rivals.version('@fast-csv/format')}`,
  async load() {
    const { format } = (await rivals.load('@fast-csv/format')) as FastCsv
    return ({ database }, file) =>
      pipeline(Readable.from(readArrays(database)), format({ headers: names }), createWriteStream(file))
  },
}

export const papaparse: Contender = {
  id: 'papaparse',
  name: `papaparse, ${PORTION} rows a call`,
  kind: 'csv',
  absent: rivals.absent,
  version: () => `papaparse ${rivals.version('papaparse')}`,
  async load() {
    const { default: papa } = (await rivals.load('papaparse')) as Papaparse
    function* portions(rows: Iterable<Value[]>) {
      let data: Value[][] = []
      let header = true
      const text = () => `${papa.unparse({ fields: names, data }, { header })}\r\n`
      for (const row of rows) {
        data.push(row)
        if (data.length < PORTION) continue
        yield text()
        data = []
        header = false
      }
      if (data.length > 0) yield text()
    }
    return ({ database }, file) => pipeline(Readable.from(portions(readArrays(database))), createWriteStream(file))
  },
}
