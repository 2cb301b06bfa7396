// npm run test:faults: lets every fault happen to a system of its own, with several monitors side by side, and tells what
// each of them noticed and when. Ends with code 1 when ours misses one, is late, or cries wolf.
import { writeFile } from 'node:fs/promises'
import { optionsOrUsage } from '../bench/command-line.ts'
import type { Fault } from './fault.ts'
import { inTurns } from './in-turns.ts'
import { faults } from './list.ts'
import { startBlackbox, type Blackbox } from './monitors/blackbox.ts'
import { naive } from './monitors/naive.ts'
import { protocol } from './monitors/protocol.ts'
import { readOptions, usage, type Options } from './options.ts'
import { complaintsOf, type Outcome } from './outcome.ts'
import { matrixReport } from './report.ts'
import { runFault, type Conditions } from './run-fault.ts'

/** Installed when it is missing; the module is plain JavaScript, which runs before anything is built. */
async function blackboxProgram(): Promise<string> {
  const packages = new URL('../../.ci/system-packages.mjs', import.meta.url).href
  const { ensureProgram } = (await import(packages)) as { ensureProgram(program: string): string }
  return ensureProgram('blackbox')
}

/** Why there is none, when it cannot be had here. */
async function blackboxOrWhyNot(): Promise<Blackbox | string> {
  try {
    return await startBlackbox(await blackboxProgram())
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function tryFault(fault: Fault, conditions: Conditions): Promise<Outcome | string> {
  try {
    const outcome = await runFault(fault, conditions)
    const complaints = complaintsOf(outcome)
    const seen = outcome.detection ? `seen after ${outcome.detection.seconds.toFixed(1)} s` : 'NOT SEEN'
    const others = Object.entries(outcome.rivals).flatMap(([name, view]) => (view ? [`${name}: ${view.why}`] : []))
    const restless = Object.entries(outcome.restless).map(([name, why]) => `before the fault, ${name}: ${why}`)
    console.info([`${fault.name}: ${seen}`, ...complaints, ...others, ...restless].join('\n   '))
    return outcome
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    console.info(`${fault.name}: COULD NOT BE TRIED: ${why}`)
    return why
  }
}

async function run({ faults: chosen, atOnce, intervalMs, out }: Options): Promise<boolean> {
  const begunAt = performance.now()
  const blackbox = await blackboxOrWhyNot()
  await using _started = typeof blackbox === 'string' ? null : blackbox
  const rivals = [...(typeof blackbox === 'string' ? [] : blackbox.kinds), protocol, naive]
  const possible = chosen.filter(({ impossible = false }) => impossible === false)
  const outcomes = await inTurns(possible, atOnce, (fault) => tryFault(fault, { intervalMs, rivals }))
  const tried = outcomes.filter((outcome) => typeof outcome !== 'string')
  const broken = possible.flatMap(({ name }, at) => {
    const outcome = outcomes[at]
    return typeof outcome === 'string' ? [`${name}: ${outcome}`] : []
  })
  const report = await matrixReport({
    outcomes: tried,
    rivals,
    blackbox: typeof blackbox === 'string' ? blackbox : blackbox.version,
    impossible: chosen.filter(({ impossible = false }) => impossible !== false),
    broken,
    intervalMs,
    atOnce,
    tookMs: performance.now() - begunAt,
  })
  console.info(`\n${report}`)
  if (out !== null) await writeFile(out, report)
  return broken.length === 0 && tried.every((outcome) => complaintsOf(outcome).length === 0)
}

const options = optionsOrUsage((args) => readOptions(args, faults), usage)
if (options === null) console.info(faults.map(({ name }) => name).join('\n'))
else if (options) process.exitCode = (await run(options)) ? 0 : 1
