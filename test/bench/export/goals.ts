import type { ExportFormat } from '@queue-ops/server/contract'
import type { Goal } from '../goal.ts'
import { program } from './live-loop.ts'
import type { Sizes } from './sizes.ts'

const faster = (format: ExportFormat, to: string, atLeast: number): Goal => ({
  title: `Rows/s, ${format}`,
  of: `ours-${format}`,
  figure: 'rows',
  profile: 'writing',
  ratio: { to, atLeast },
  floor: 'floor',
})

/** From the issue that asked for exports. They are aims, not limits: a missed one is reported, nothing fails. */
export const goals = (formats: ExportFormat[], { rows, fewRows, manyRows }: Sizes): Goal[] => [
  faster('csv', 'csv-stringify', 1.7),
  faster('json', 'json-stream-stringify', 1.7),
  faster('xlsx', 'exceljs', 2),
  ...formats.flatMap((format): Goal[] => [
    {
      title: `Peak memory of the whole program, ${format}, ${told(rows)} rows (MB)`,
      of: program(format),
      figure: 'memory',
      atMost: 250,
    },
    {
      title: `… above that of ${told(fewRows)} rows`,
      of: program(format),
      figure: 'memoryMore',
      atMost: 30,
    },
    {
      title: `p99 of health_check above idle during ${format} (ms)`,
      of: program(format),
      figure: 'callAbove',
      atMost: 25,
    },
  ]),
  { title: 'Rows of the largest export, csv', of: program('csv'), figure: 'manyRows', atLeast: manyRows },
  { title: '… peak memory (MB)', of: program('csv'), figure: 'manyMemory', atMost: 250 },
]

const told = (rows: number) => rows.toLocaleString('en')
