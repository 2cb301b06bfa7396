import type { Column, ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { jsonText } from './json-text.ts'

/** Writes rows as JSON objects, each on one line; see {@link jsonText}. */
export function jsonObject(columns: Column[]): (cells: Cell[]) => string {
  const keys = columns.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const types = columns.map(({ type }) => type)
  const width = keys.length
  return (cells) => {
    let text = ''
    for (let at = 0; at < width; at++) {
      text += keys[at]
      text += jsonText(cells[at] as Cell, types[at] as ColumnType)
    }
    return `${text}}`
  }
}
