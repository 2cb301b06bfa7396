import { parseArgs } from 'node:util'
import { wholeNumber } from '../bench/whole-number.ts'
import type { Fault } from './fault.ts'

export interface Options {
  faults: Fault[]
  atOnce: number
  intervalMs: number
  /** Where the report goes besides standard output; null: nowhere. */
  out: string | null
}

export const usage = `Usage: npm run test:faults -- [options]
  --only TEXT      only the faults whose name has this in it; may be repeated
  --at-once N      so many systems at the same time (default 4)
  --interval S     seconds between two looks of every monitor (default 5)
  --out FILE       also write the report to this file
  --list           only print the names of the faults`

/** Throws an Error with a sentence when the arguments are not right; null: only the names are asked for. */
export function readOptions(args: string[], faults: readonly Fault[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      'at-once': { type: 'string', default: '4' },
      interval: { type: 'string', default: '5' },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  })
  if (values.list) return null
  const wanted = values.only ?? ['']
  const chosen = faults.filter(({ name }) => wanted.some((text) => name.toLowerCase().includes(text.toLowerCase())))
  if (chosen.length === 0) throw new Error('--only names no fault: see --list')
  return {
    faults: chosen,
    atOnce: wholeNumber('--at-once', values['at-once']),
    intervalMs: wholeNumber('--interval', values.interval) * 1000,
    out: values.out ?? null,
  }
}
