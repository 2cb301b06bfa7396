import type { ProbeResult } from '@queue-ops/server/contract'
import type { Config } from '../config.ts'
import type { Target } from '../target.ts'
import { needsMemory, openMemory } from '../memory/open-memory.ts'
import { resultsFile } from './file.ts'
import { jsonLine } from './json.ts'
import { nagiosLine, nagiosSummary } from './nagios.ts'
import { textLine } from './text.ts'

/** How results are printed. */
export interface Format {
  /** One result as one line; `isAlone`: no other target is probed. */
  line(result: ProbeResult, isAlone: boolean): string
  /** The results of one run over several targets as one line, for who reads only the first; without it, a line each. */
  summary?(results: readonly ProbeResult[]): string
}

/** What --format can name. */
export const formats = {
  text: { line: textLine },
  json: { line: jsonLine },
  nagios: { line: nagiosLine, summary: nagiosSummary },
} satisfies Record<string, Format>

export type FormatName = keyof typeof formats

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name)
}

/** Is told every result: writes it elsewhere than to standard output, keeps it, acts on it. */
export interface Recorder {
  /** What it writes to, for a sentence such as "… cannot be written". */
  name: string
  /** Results of one target come in the order of its runs. Rejects with the reason when it could not take this one. */
  record(result: ProbeResult, target: Target): Promise<void>
  /** Called once, after the last result. */
  close?(): Promise<void>
}

/** What a recorder may ask of the probe. */
export interface Probing {
  /**
   * Runs a target beside its schedule; while a run of it is under way, that one is given. The result is not recorded by
   * itself. Null when there is no such target.
   */
  runNow(targetName: string): Promise<ProbeResult> | null
  clock: { now(): Date }
  /** Takes a sentence for standard error. */
  complain(sentence: string): void
  version: string
}

/** The recorders that the settings ask for. Rejects when one cannot begin its work at all. */
export async function openRecorders(config: Config, probing: Probing): Promise<Recorder[]> {
  const recorders: Recorder[] = []
  if (needsMemory(config)) recorders.push(await openMemory(config, probing))
  const { results } = config
  if (results !== null) recorders.push({ name: `results file ${results}`, record: resultsFile(results) })
  return recorders
}
