import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * LibreOffice's options of CSV files: comma, quote, UTF-8, from line 1, …, cells as they are shown, …, all sheets
 * (help.libreoffice.org, "Filter Options for CSV Export").
 */
const CSV = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1'

/** Opens a workbook with LibreOffice and gives the CSV that it makes of each sheet, by the sheet's name. */
export async function readWithLibreOffice(folder: string, file: string): Promise<Record<string, string>> {
  const out = join(folder, 'by-libreoffice')
  await mkdir(out, { recursive: true })
  // A profile of its own: two of one profile would wait for each other.
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
  const program = process.env['SOFFICE'] ?? 'soffice'
  await promisify(execFile)(program, [profile, '--headless', '--convert-to', CSV, '--outdir', out, join(folder, file)])
  const stem = `${file.replace(/\.xlsx$/, '')}-`
  const names = (await readdir(out)).filter((name) => name.startsWith(stem))
  const sheets = names.map(async (name) => [name.slice(stem.length, -4), await readFile(join(out, name), 'utf8')])
  return Object.fromEntries(await Promise.all(sheets)) as Record<string, string>
}
