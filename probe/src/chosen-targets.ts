import { readFileSync } from 'node:fs'
import type { Config } from './config.ts'
import { readConfigFile, type ReadFile, type Variables } from './config/read-config-file.ts'
import { noSections } from './config/sections.ts'
import type { FlagReading } from './flag-reading.ts'
import type { GivenFlags } from './flags.ts'
import { readAddress } from './http-address.ts'
import { alertDefaults, stepTimeouts, targetDefaults, type Era, type Target } from './target.ts'

/** The environment of the process. */
export type Environment = Record<string, string | undefined>

/** What a command line says of whom to probe, by itself or by the file that it names. */
export type Chosen = Pick<Config, 'targets' | 'leftOut' | 'sections' | 'results'>

/** Whom the flags name: the targets of a file, or one by a URL or a command. Null, with mistakes in `reading`, when that is nobody. */
export function readChosen(reading: FlagReading, given: GivenFlags, environment: Environment): Chosen | null {
  const file = reading.text('config')
  if (file === null) return readAlone(reading, given, environment)
  return readTargetsOf(file, reading, given, (name) => environment[name])
}

/** What flags say of every target, nothing where they say nothing. */
function readOverrides(reading: FlagReading) {
  const interval = reading.number('interval', [0.1, 86_400], () => true, 'a number of seconds')
  const stepMs = reading.number('timeout', [1, 600_000], Number.isInteger, 'a whole number of milliseconds')
  const retries = reading.number('retries', [0, 5], Number.isInteger, 'a whole number')
  const era = reading.text('era')
  if (era !== null && !isEra(era)) reading.mistakes.push('--era must be one of auto, modern, legacy')
  return (target: Target): Target => ({
    ...target,
    ...(interval === null ? {} : { intervalMs: interval * 1000 }),
    ...(stepMs === null ? {} : { timeouts: withStepMs(target.timeouts, stepMs) }),
    ...(retries === null ? {} : { retries }),
    ...(era !== null && isEra(era) ? { era } : {}),
  })
}

const isEra = (text: string): text is Era => ['auto', 'modern', 'legacy'].includes(text)

/** The whole of a run has room for its steps. */
function withStepMs(timeouts: Target['timeouts'], stepMs: number): Target['timeouts'] {
  const steps = { ...stepTimeouts(stepMs), canary_export: timeouts.steps.canary_export }
  return { steps, totalMs: Math.max(timeouts.totalMs, stepMs * 4) }
}

function readAlone(reading: FlagReading, { command }: GivenFlags, environment: Environment): Chosen | null {
  if (reading.has('target')) reading.mistakes.push('--target needs --config')
  const reach = command.length > 0 ? readCommand(reading, command, environment) : readUrl(reading)
  const override = readOverrides(reading)
  if (reach === null) return null
  const target: Target = {
    ...reach,
    era: targetDefaults.era,
    expectedTools: targetDefaults.expectedTools,
    steps: { tools_list: true, health_check: {}, canary_export: null },
    timeouts: { steps: stepTimeouts(targetDefaults.stepMs), totalMs: targetDefaults.totalMs },
    retries: targetDefaults.retries,
    intervalMs: targetDefaults.intervalMs,
    jitter: targetDefaults.jitter,
    alert: alertDefaults,
  }
  return { targets: [override(target)], leftOut: [], sections: noSections, results: null }
}

/** A command that is typed has the environment of who types it, as in every shell; those of a file have what it says. */
function readCommand(
  reading: FlagReading,
  [command = '', ...args]: string[],
  environment: Environment,
): Pick<Target, 'name' | 'reach'> {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  for (const name of ['url', 'bearer-file', 'ca-file'] as const) {
    if (reading.has(name)) reading.mistakes.push(`--${name} has no meaning beside a command`)
  }
  return { name: command, reach: { kind: 'stdio', command, args, env: Object.fromEntries(set), cwd: null } }
}

function readUrl(reading: FlagReading): Pick<Target, 'name' | 'reach'> | null {
  const bearer = reading.text('bearer-file')
  const caFile = reading.text('ca-file')
  const address = readAddress(reading.all('url')[0] ?? '')
  if (address === null) {
    reading.mistakes.push('--url must be the http:// or https:// URL of an MCP endpoint; it or --config is required')
    return null
  }
  const { url, label } = address
  const headers = [
    ...address.headers,
    ...(bearer === null ? [] : [{ name: 'authorization', file: bearer, prefix: 'Bearer ' }]),
  ]
  const { warnBeforeMs, failBeforeMs } = targetDefaults
  return { name: label, reach: { kind: 'http', url, headers, tls: { caFile, warnBeforeMs, failBeforeMs } } }
}

function readTargetsOf(path: string, reading: FlagReading, given: GivenFlags, variables: Variables): Chosen | null {
  for (const name of ['url', 'bearer-file', 'ca-file'] as const) {
    if (reading.has(name)) reading.mistakes.push(`--${name} has no meaning beside --config`)
  }
  if (given.command.length > 0) reading.mistakes.push('a command has no meaning beside --config')
  const override = readOverrides(reading)
  const file = openFile(path, variables)
  reading.mistakes.push(...file.mistakes)
  if (file.config === null) return null
  const wanted = reading.all('target')
  const names = file.config.targets.map(({ name }) => name)
  for (const name of wanted) {
    if (!names.includes(name)) reading.mistakes.push(`--target must be one of ${names.join(', ')}`)
  }
  const targets = file.config.targets.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  const leftOut = names.filter((name) => !targets.some((target) => target.name === name))
  return { ...file.config, targets: targets.map(override), leftOut }
}

/** Reads a configuration file; that it cannot be read is a mistake like any other. */
export function openFile(path: string, variables: Variables): ReadFile {
  try {
    return readConfigFile(path, readFileSync(path, 'utf8'), variables)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { config: null, effective: [], mistakes: [`the file ${path} cannot be read${code}`] }
  }
}
