import { markdownTable } from './markdown.ts'
import type { Results } from './results.ts'

/** A figure in a table. */
export interface FigureColumn {
  title: string
  figure: string
  digits: number
  /** Without the ratio to the reference. */
  plain?: boolean
}

/**
 * A section of a report: a row for each contender for which any of the figures was measured, nothing when there is none.
 *
 * @param reference the id of what all others are compared with
 */
export function figureSection(
  title: string,
  contenders: { id: string; name: string }[],
  results: Results,
  columns: FigureColumn[],
  reference?: string,
): string[] {
  const measured = contenders.filter(({ id }) => columns.some(({ figure }) => results.median(id, figure) !== undefined))
  const rows = measured.map(({ id, name }) => [
    name,
    ...columns.map((column) => {
      const other = column.plain || !reference ? undefined : results.median(reference, column.figure)
      return cell(column, results.median(id, column.figure), other)
    }),
  ])
  if (rows.length === 0) return []
  return [`## ${title}`, markdownTable(['', ...columns.map((column) => column.title)], rows)]
}

function cell({ digits }: FigureColumn, value: number | undefined, other: number | undefined): string {
  if (value === undefined) return '–'
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return other === undefined ? text : `${text} (${(value / other).toFixed(2)}×)`
}
