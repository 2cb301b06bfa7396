import type { FormatName } from './reporters/list.ts'
import type { Sections } from './config/sections.ts'
import type { Target } from './target.ts'

/** Once and then the exit code; or on a schedule, as lines for programs or as a table for people. */
export type Mode = 'once' | 'daemon' | 'watch'

/** What the probe is to do, from the command line and the file that it names. */
export interface Config {
  /** At least one; their names differ. */
  targets: Target[]
  /** Names of the targets of the file that --target leaves out. */
  leftOut: string[]
  mode: Mode
  format: FormatName
  /** Whether every step is told on standard error. */
  debug: boolean
  /** File that every result is appended to, or null. */
  results: string | null
  /** What the file says of alerts, history and the probe's own HTTP server. */
  sections: Sections
}
