import { parseArgs } from 'node:util'
import { wholeNumber } from '../whole-number.ts'
import { fullSizes, quickSizes, type Sizes } from './sizes.ts'

export interface Options {
  rounds: number
  sizes: Sizes
  /** Files for the report: JSON when they end so, Markdown otherwise. */
  out: string[]
  /** Parts of ids of what is measured; empty: all. */
  only: string[]
}

export const usage = `npm run bench:export -- [options]
  --rounds N    medians of so many rounds (default 5, with --quick 1)
  --quick       few rows, to see that everything works
  --rows N      rows of an export (default ${fullSizes.rows})
  --many N      rows of the export that only has to work (default ${fullSizes.manyRows})
  --only ID     what has this in its id (ours-csv, exceljs, program-xlsx …); may be given several times
  --out FILE    writes the report to a file too, .json or .md; may be given several times`

/** Throws an Error that says what is wrong with the command line. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      many: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', multiple: true, default: [] },
    },
  })
  const sizes = { ...(values.quick ? quickSizes : fullSizes) }
  if (values.rows) sizes.rows = wholeNumber('--rows', values.rows)
  if (values.many) sizes.manyRows = wholeNumber('--many', values.many)
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    sizes,
    out: values.out,
    only: values.only,
  }
}
