import type { ExportFormat } from '@queue-ops/server/contract'
import type { TrueTable } from '../truth.ts'
import { parquetColumn } from './parquet.ts'
import { isCut } from './xlsx.ts'

/** What the result of an export says was lost: cut texts, or columns with how many cells are null and which is the first. */
export interface Losses {
  cut: number
  columns: { name: string; cells: number; firstRow: number }[]
  /** Columns that are counted only. */
  more: number
}

/** So many columns are named. */
const NAMED = 10

/** The losses that docs/formats.md announces for a table. */
export function documentedLosses(table: TrueTable, format: ExportFormat): Losses {
  const cut = format === 'xlsx' ? table.rows.flat().filter(isCut).length : 0
  const columns = format === 'parquet' ? columnsThatLose(table) : []
  return { cut, columns: columns.slice(0, NAMED), more: Math.max(0, columns.length - NAMED) }
}

function columnsThatLose({ columns, rows }: TrueTable): Losses['columns'] {
  return columns.flatMap((column, at) => {
    const { cell } = parquetColumn(column)
    const lost = rows.flatMap((row, index) => {
      const truth = row[at] ?? null
      return truth !== null && cell(truth) === null ? [index + 1] : []
    })
    return lost[0] === undefined ? [] : [{ name: column.name, cells: lost.length, firstRow: lost[0] }]
  })
}

const CUT = /^([\d,]+) texts? (?:was|were) cut to the 32,767 characters/
const COLUMN =
  /^Column "(.*)" takes .*: ([\d,]+) cells? with something else (?:is|are) null.*, the first in row ([\d,]+);/s
const MORE = /^So it is in (\d+) more columns?\.$/

/** Understands the notes of a result; throws for one that says something else. */
export function toldLosses(notes: string[]): Losses {
  const losses: Losses = { cut: 0, columns: [], more: 0 }
  for (const note of notes) {
    const [cut, column, more] = [CUT.exec(note), COLUMN.exec(note), MORE.exec(note)]
    if (cut) losses.cut = number(cut[1])
    else if (column)
      losses.columns.push({ name: column[1] ?? '', cells: number(column[2]), firstRow: number(column[3]) })
    else if (more) losses.more = number(more[1])
    else throw new Error(`an unexpected note: ${note}`)
  }
  return losses
}

const number = (text = '') => Number(text.replaceAll(',', ''))
