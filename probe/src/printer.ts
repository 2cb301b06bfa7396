import type { ProbeResult } from '@queue-ops/server/contract'
import type { Surroundings } from './app.ts'
import type { Config } from './config.ts'
import { formats, type Format } from './reporters/list.ts'
import { openTable } from './reporters/table.ts'

/** Standard output. */
export interface Printer {
  /** The results of one run over all targets. */
  all(results: readonly ProbeResult[]): void
  /** A result as it comes. */
  each(result: ProbeResult): void
  /** There are no more results. */
  end(): void
}

/** Prints lines; a table that is drawn anew for `--watch` on a terminal. */
export function printer(config: Config, { print, terminal, clock }: Surroundings): Printer {
  if (config.mode === 'watch' && terminal.isTerminal) return openTable(config.targets, { print, terminal, clock })
  const { line, summary }: Format = formats[config.format]
  const isAlone = config.targets.length === 1
  const each = (result: ProbeResult) => print(`${line(result, isAlone)}\n`)
  return {
    all(results) {
      if (summary !== undefined && results.length > 1) print(`${summary(results)}\n`)
      else results.forEach(each)
    },
    each,
    end: () => undefined,
  }
}
