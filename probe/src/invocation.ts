import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { Config, Mode } from './config.ts'
import { readConfigFile, type ReadFile, type Variables } from './config/read-config-file.ts'
import { noSections, type Sections } from './config/sections.ts'
import { flagLines, readFlags, type FlagName, type GivenFlags } from './flags.ts'
import { defaultRetention } from './history/retention.ts'
import { readAddress } from './http-address.ts'
import { ListenSettings } from './http/listen-settings.ts'
import { formats, isFormatName } from './reporters/list.ts'
import { alertDefaults, stepTimeouts, targetDefaults, type Era, type Target } from './target.ts'

/** What a command line without a command asks for. */
export type Invocation =
  | { kind: 'run'; config: Config }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'mistakes'; mistakes: string[] }

/** The environment of the process. */
export type Environment = Record<string, string | undefined>

/** The usage text without that of the commands. */
export const usage = `Usage: queue-ops-probe --url URL [options]
       queue-ops-probe --config FILE [options]
       queue-ops-probe [options] -- COMMAND [ARGS]     a server that speaks over its standard input and output

Calls the health_check tool of MCP servers and reports what they say of their queues.

${flagLines}

Exit codes: 0 OK, 1 WARNING (degraded), 2 CRITICAL (unhealthy, unreachable or not MCP), 3 UNKNOWN (the probe's own fault).
Without --once it runs until SIGTERM or SIGINT and then exits with 0.
`

/**
 * Reads the arguments that follow the program's name, and the file that they name. Every mistake is a sentence that names
 * the flag, or the place in the file, and what is allowed; none repeats a value, because a URL may hold a password.
 * `--help` and `--version` win over mistakes.
 */
export function readInvocation(args: readonly string[], environment: Environment): Invocation {
  const given = readFlags(args)
  if (given.values.has('help')) return { kind: 'help' }
  if (given.values.has('version')) return { kind: 'version' }
  const reading = new FlagReading(given)
  const file = reading.text('config')
  const variables: Variables = (name) => environment[name]
  const chosen = file === null ? readAlone(reading, given, environment) : readTargetsOf(file, reading, given, variables)
  const mode = readMode(reading)
  const format = reading.text('format') ?? 'text'
  if (!isFormatName(format)) reading.mistakes.push(`--format must be one of ${Object.keys(formats).join(', ')}`)
  const results = reading.text('results') ?? chosen?.results ?? null
  const sections = readSections(reading, chosen?.sections ?? noSections)
  if (reading.mistakes.length > 0 || chosen === null || !isFormatName(format)) {
    return { kind: 'mistakes', mistakes: [...new Set(reading.mistakes)] }
  }
  const { targets, leftOut } = chosen
  return {
    kind: 'run',
    config: { targets, leftOut, mode, format, debug: given.values.has('debug'), results, sections },
  }
}

type Chosen = Pick<Config, 'targets' | 'leftOut' | 'sections' | 'results'>

/** The values of flags, with the mistakes in them. */
class FlagReading {
  readonly mistakes: string[]
  readonly #values: GivenFlags['values']

  constructor({ values, mistakes }: GivenFlags) {
    this.#values = values
    this.mistakes = [...mistakes]
  }

  has(name: FlagName): boolean {
    return this.#values.has(name)
  }

  all(name: FlagName): string[] {
    return this.#values.get(name) ?? []
  }

  /** Null when it was not given. What starts with a dash is the next flag, whose value was forgotten. */
  text(name: FlagName): string | null {
    const value = this.#values.get(name)?.[0]
    if (value === undefined) return null
    if (value !== '' && !value.startsWith('-')) return value
    this.mistakes.push(`--${name} must have a value`)
    return null
  }

  number(
    name: FlagName,
    [least, most]: [number, number],
    isGood: (value: number) => boolean,
    what: string,
  ): number | null {
    const text = this.#values.get(name)?.[0]
    if (text === undefined) return null
    const value = Number(text)
    // Digits with an optional fraction; `Number` alone would also take "", "0x10" and "1e3".
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most && isGood(value)) return value
    this.mistakes.push(`--${name} must be ${what} from ${least} to ${most}`)
    return null
  }
}

/** What flags say of history and server wins over the file. */
function readSections(reading: FlagReading, sections: Sections): Sections {
  const file = reading.text('history')
  const address = reading.text('listen')
  const history = { file, retention: sections.history?.retention ?? defaultRetention }
  const listen = address === null ? null : ListenSettings.safeParse(address)
  if (listen?.success === false) reading.mistakes.push(`--listen ${saidOf(listen.error)}`)
  return {
    ...sections,
    ...(file === null ? {} : { history }),
    ...(listen?.success === true ? { listen: listen.data } : {}),
  }
}

/** The sentence of the innermost issue. */
const saidOf = ({ issues }: z.core.$ZodError): string => {
  const [issue] = issues
  const inner = issue?.code === 'invalid_union' ? issue.errors.flat().find(({ code }) => code === 'custom') : issue
  return (inner ?? issue)?.message ?? 'is wrong'
}

function readMode(reading: FlagReading): Mode {
  if (reading.has('once') && reading.has('watch')) reading.mistakes.push('--once and --watch exclude each other')
  return reading.has('once') ? 'once' : reading.has('watch') ? 'watch' : 'daemon'
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
