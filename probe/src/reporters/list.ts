import type { ProbeResult } from '@queue-ops/server/contract'
import { resultsFile } from './file.ts'
import { jsonLine } from './json.ts'
import { textLine } from './text.ts'

/** What --format can name: a result as one line on standard output. */
export const formats = { text: textLine, json: jsonLine } satisfies Record<string, (result: ProbeResult) => string>

export type FormatName = keyof typeof formats

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name)
}

/** Takes a result elsewhere than standard output; rejects with the reason when it could not. */
export interface Recorder {
  /** What it writes to, for a sentence such as "… cannot be written". */
  name: string
  record(result: ProbeResult): Promise<void>
}

/** The recorders that the settings ask for. */
export function openRecorders(settings: { results: string | null }): Recorder[] {
  const recorders: Recorder[] = []
  const { results } = settings
  if (results !== null) recorders.push({ name: `results file ${results}`, record: resultsFile(results) })
  return recorders
}
