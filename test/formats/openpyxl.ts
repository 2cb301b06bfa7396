import { execFileSync } from 'node:child_process'
import { python } from './python.ts'

/** A cell as openpyxl sees it: `kind` is `n` number, `s` text, `d` date or time, `b` boolean; null where there is none. */
export type SheetCell = { kind: string; value: string | number | boolean; quoted: boolean } | null

export interface Sheet {
  name: string
  frozen: string
  filter: string
  headerIsBold: boolean
  widths: number[]
  rows: SheetCell[][]
}

/** openpyxl leaves the escapes of control characters to its callers, and gives the function that undoes them. */
const script = `
import datetime, json, sys
import openpyxl
from openpyxl.utils.escape import unescape
def plain(cell):
    value = cell.value
    if value is None: return None
    if isinstance(value, (datetime.date, datetime.time)): value = value.isoformat()
    elif isinstance(value, str): value = unescape(value)
    return {'kind': cell.data_type, 'value': value, 'quoted': cell.quotePrefix}
book = openpyxl.load_workbook(sys.argv[1])
json.dump([{
    'name': sheet.title,
    'frozen': sheet.freeze_panes,
    'filter': sheet.auto_filter.ref,
    'headerIsBold': all(cell.font.b for cell in sheet[1]),
    'widths': [dimension.width for dimension in sheet.column_dimensions.values()],
    'rows': [[plain(cell) for cell in row] for row in sheet.iter_rows()],
} for sheet in book.worksheets], sys.stdout)`

/** Reads a whole workbook with openpyxl. */
export const readWithOpenpyxl = (path: string): Sheet[] =>
  JSON.parse(execFileSync(python, ['-c', script, path], { maxBuffer: 1 << 28 }).toString()) as Sheet[]
