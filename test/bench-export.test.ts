import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ExportFormat } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { runProgram, temporaryFolder } from './support/program.ts'

const bench = fileURLToPath(new URL('bench/export.ts', import.meta.url))

const rivals = [
  'floor',
  'csv-stringify',
  'fast-csv',
  'papaparse',
  'json-stream-stringify',
  'exceljs',
  'sheetjs',
  'duckdb-parquet',
]

/** Installs the rivals where that was not done yet. */
const DEADLINE_MS = 600_000

interface Report {
  problems: string[]
  measured: { id: string; figures: Record<string, { median: number }> }[]
  goals: { reached: boolean | null }[]
}

test(
  'the bench of the exports measures every writer and every goal, and each file has all rows',
  async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'report.json')
    // With the environment of whoever runs the tests: npm may need it to install the rivals.
    const environment = process.env as Record<string, string>
    const { code, stderr } = await runProgram(bench, ['--quick', '--out', file], environment)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const { problems, measured, goals } = JSON.parse(await readFile(file, 'utf8')) as Report
    expect(problems).toEqual([])
    const ids = measured.filter(({ figures }) => (figures['rows']?.median ?? 0) > 0).map(({ id }) => id)
    const ours = ExportFormat.options.map((format) => `ours-${format}`)
    expect(ids).toEqual(expect.arrayContaining([...ours, ...rivals]))
    expect(goals.filter(({ reached }) => reached === null)).toEqual([])
  },
  DEADLINE_MS,
)
