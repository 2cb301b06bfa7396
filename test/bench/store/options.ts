import { parseArgs } from 'node:util'
import { wholeNumber } from '../whole-number.ts'
import { fullSizes, quickSizes, type Sizes } from './sizes.ts'

export interface Options {
  rounds: number
  sizes: Sizes
  /** Files for the report: JSON when they end so, Markdown otherwise. */
  out: string[]
  /** Parts of contenders' ids; empty: all. */
  only: string[]
}

export const usage = `npm run bench:store -- [options]
  --rounds N    medians of so many rounds (default 5, with --quick 1)
  --quick       small numbers, to see that everything works
  --growth N    jobs in the growth measure (default ${fullSizes.growth})
  --only ID     contenders whose id has this in it; may be given several times
  --out FILE    writes the report to a file too, .json or .md; may be given several times`

/** Throws an Error that says what is wrong with the command line. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      growth: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', multiple: true, default: [] },
    },
  })
  const sizes = values.quick ? quickSizes : fullSizes
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    sizes: values.growth ? { ...sizes, growth: wholeNumber('--growth', values.growth) } : sizes,
    out: values.out,
    only: values.only,
  }
}
