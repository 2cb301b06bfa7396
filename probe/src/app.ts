import type { ProbeResult } from '@queue-ops/server/contract'
import type { Config } from './config.ts'
import { within } from './deadline.ts'
import { formats, openRecorders, type Recorder } from './reporters/list.ts'
import { asUnknown, runProbe, type RunOptions } from './run.ts'
import { onSchedule, type Schedule } from './schedule.ts'
import { oneLine } from './sentence.ts'

const recordMs = 5000

/** What the probe needs of the world beside its settings. */
export interface Surroundings extends Pick<RunOptions, 'version' | 'clock' | 'steps' | 'stop'> {
  sleep: Schedule['sleep']
  random: Schedule['random']
  /** Takes a line for standard output. */
  print(line: string): void
  /** Takes a sentence for standard error. */
  complain(sentence: string): void
}

/**
 * Runs the probe as configured and resolves with the exit code of the process. Once: the verdict's, 3 when a result
 * could not be recorded or `stop` aborted. On a schedule: 0 when `stop` aborts; a result that cannot be recorded is a
 * complaint and no more.
 */
export async function startProbe(config: Config, surroundings: Surroundings): Promise<number> {
  const { print, complain, stop } = surroundings
  const toLine = formats[config.format]
  const recorders = openRecorders(config)
  const run = () => runProbe({ ...config, ...surroundings })

  if (config.once) {
    const seen = await run()
    const problems = stop.aborted ? [] : await record(seen, recorders, stop)
    const result = problems.length === 0 ? seen : asUnknown(seen, problems.join('; '))
    problems.forEach(complain)
    print(toLine(result))
    return result.exit_code
  }

  const runAndReport = async () => {
    const result = await run()
    // Stopped in the middle: it says nothing of the target.
    if (stop.aborted) return
    const problems = await record(result, recorders, stop)
    problems.forEach(complain)
    print(toLine(result))
  }
  await onSchedule(runAndReport, { ...config, ...surroundings, stop })
  return 0
}

/** Hands the result to every recorder; resolves with a sentence for each that could not take it. */
async function record(result: ProbeResult, recorders: readonly Recorder[], stop: AbortSignal): Promise<string[]> {
  const problems: string[] = []
  for (const recorder of recorders) {
    // A dead network drive holds a write for ever; it may not hold the probe.
    await within(recordMs, stop, () => recorder.record(result)).catch((error: unknown) => {
      const reason = error instanceof Error ? oneLine(error.message, 200) : 'for an unknown reason'
      problems.push(`${recorder.name} cannot be written: ${reason}`)
    })
  }
  return problems
}
