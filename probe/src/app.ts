import type { ProbeResult } from '@queue-ops/server/contract'
import type { Config } from './config.ts'
import { within } from './deadline.ts'
import { printer } from './printer.ts'
import { openRecorders, type Recorder } from './reporters/list.ts'
import { asUnknown, type RunOptions } from './run.ts'
import { oneLine } from './sentence.ts'
import { offsetOf, onSchedule } from './schedule.ts'
import { openWatched, type Watched } from './watched.ts'

const recordMs = 5000
/** Worse and better exit codes: what is known to be bad is worse than what is not known. */
const badness = [0, 1, 3, 2]

/** What the probe needs of the world beside its settings. */
export interface Surroundings extends Pick<RunOptions, 'version' | 'clock' | 'steps' | 'stop' | 'sleep' | 'random'> {
  /** Takes text for standard output, with its line ends. */
  print(text: string): void
  /** Takes a sentence for standard error. */
  complain(sentence: string): void
  /** Takes a line of --debug. */
  trace(line: string): void
  terminal: {
    isTerminal: boolean
    hasColours: boolean
    columns(): number
  }
}

/**
 * Runs the probe as configured and resolves with the exit code of the process. Once: the worst verdict's, 3 when a result
 * could not be recorded or `stop` aborted. On a schedule: 0 when `stop` aborts; a result that cannot be recorded is a
 * complaint and no more. Rejects when a recorder cannot begin its work.
 */
export async function startProbe(config: Config, surroundings: Surroundings): Promise<number> {
  const watched = config.targets.map((target) => openWatched(target, config, surroundings))
  const runNow = (name: string) => watched.find(({ target }) => target.name === name)?.run() ?? null
  const recorders = await openRecorders(config, { ...surroundings, runNow })
  const onResult = (result: ProbeResult, { target }: Watched) =>
    Promise.all(recorders.map((recorder) => tell(recorder, () => recorder.record(result, target), surroundings)))
  try {
    if (config.mode === 'once') return await once(config, watched, onResult, surroundings)
    await forever(config, watched, onResult, surroundings)
    return 0
  } finally {
    await Promise.all(recorders.map((recorder) => tell(recorder, async () => recorder.close?.(), surroundings)))
  }
}

type OnResult = (result: ProbeResult, of: Watched) => Promise<(string | null)[]>

async function once(config: Config, watched: Watched[], onResult: OnResult, world: Surroundings): Promise<number> {
  const results = await Promise.all(
    watched.map(async (each) => {
      const seen = await each.run()
      const problems = world.stop.aborted ? [] : await onResult(seen, each)
      const told = problems.filter((problem) => problem !== null)
      return told.length === 0 ? seen : asUnknown(seen, told.join('; '))
    }),
  )
  printer(config, world).all(results)
  return results.map(({ exit_code }) => exit_code).reduce((a, b) => (badness.indexOf(b) > badness.indexOf(a) ? b : a))
}

async function forever(config: Config, watched: Watched[], onResult: OnResult, world: Surroundings): Promise<void> {
  const output = printer(config, world)
  const isAlone = watched.length === 1
  await Promise.all(
    watched.map((each) => {
      const { name, intervalMs, jitter } = each.target
      const runAndTell = async () => {
        const result = await each.run()
        // Stopped in the middle: it says nothing of the target.
        if (world.stop.aborted) return
        await onResult(result, each)
        output.each(result)
      }
      return onSchedule(runAndTell, { ...world, intervalMs, jitter, offsetMs: offsetOf(name, intervalMs, isAlone) })
    }),
  )
  output.end()
}

/** Null when the recorder has done its work; else the sentence that was said about it. */
async function tell(recorder: Recorder, work: () => Promise<void>, world: Surroundings): Promise<string | null> {
  try {
    // A dead network drive holds a write for ever; it may not hold the probe.
    await within(recordMs, new AbortController().signal, work)
    return null
  } catch (error) {
    const reason = error instanceof Error ? oneLine(error.message, 200) : 'for an unknown reason'
    const sentence = `${recorder.name} cannot be written: ${reason}`
    world.complain(sentence)
    return sentence
  }
}
