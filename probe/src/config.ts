import { parseArgs } from 'node:util'
import { formats, isFormatName, type FormatName } from './reporters/list.ts'
import { readTarget, type Target } from './target.ts'

export interface Config {
  target: Target
  once: boolean
  /** From the start of one run to the start of the next, before jitter. */
  intervalMs: number
  /** Deadline of each step. */
  timeoutMs: number
  format: FormatName
  /** File that every result is appended to, or null. */
  results: string | null
}

/** What the command line asks for. */
export type Invocation =
  | { kind: 'run'; config: Config }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'mistakes'; mistakes: string[] }

interface Flag {
  type: 'string' | 'boolean'
  /** How the usage text names the value. */
  value?: string
  help: string
}

const formatNames = Object.keys(formats).join('|')

const flags: Record<string, Flag> = {
  url: { type: 'string', value: 'URL', help: 'MCP endpoint to probe, http:// or https:// (required)' },
  once: { type: 'boolean', help: 'run once and exit with the verdict' },
  interval: { type: 'string', value: 'SECONDS', help: 'start a run this often, ±10 % (default 30)' },
  timeout: { type: 'string', value: 'MS', help: 'deadline of each step in milliseconds (default 5000)' },
  format: { type: 'string', value: formatNames, help: 'how results are printed (default text)' },
  results: { type: 'string', value: 'FILE', help: 'also append each result as a JSON line to this file' },
  help: { type: 'boolean', help: 'print this text' },
  version: { type: 'boolean', help: 'print the version' },
}

const usageLines = Object.entries(flags).map(
  ([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(22)}${help}`,
)

export const usage = `Usage: queue-ops-probe --url URL [options]

Calls the health_check tool of an MCP server and reports what it says of the queue.

${usageLines.join('\n')}

Exit codes: 0 OK, 1 WARNING (degraded), 2 CRITICAL (unhealthy, unreachable or not MCP), 3 UNKNOWN (the probe's own fault).
Without --once it runs until SIGTERM or SIGINT and then exits with 0.
`

/**
 * Reads the arguments that follow the program's name. Every mistake is a sentence that names the flag and what is
 * allowed; none repeats a value, because a URL may hold a password. `--help` and `--version` win over mistakes.
 */
export function readConfig(argv: readonly string[]): Invocation {
  // "pnpm probe -- --once" hands over the "--" too.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv]
  // Not `strict: true`: that throws at the first mistake, and here all of them are named.
  const { tokens } = parseArgs({ args, options: flags, strict: false, tokens: true })
  const mistakes: string[] = []
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') mistakes.push('every argument must belong to a flag, see --help')
    if (token.kind !== 'option') continue
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (flag === undefined) {
      mistakes.push(`${token.rawName} is not a flag, allowed are ${flagNames()}`)
    } else if (flag.type === 'boolean') {
      if (token.value === undefined) given.set(token.name, '')
      else mistakes.push(`${token.rawName} takes no value`)
    } else if (given.has(token.name)) {
      mistakes.push(`${token.rawName} may be given only once`)
    } else {
      given.set(token.name, token.value ?? '')
    }
  }
  if (given.has('help')) return { kind: 'help' }
  if (given.has('version')) return { kind: 'version' }

  const target = readTarget(given.get('url') ?? '')
  if (target === null) mistakes.push('--url must be the http:// or https:// URL of an MCP endpoint and is required')
  const interval = Number(given.get('interval') ?? 30)
  if (!isDecimal(given.get('interval')) || interval < 0.1 || interval > 86_400) {
    mistakes.push('--interval must be a number of seconds from 0.1 to 86400')
  }
  const timeoutMs = Number(given.get('timeout') ?? 5000)
  if (!isDecimal(given.get('timeout')) || !Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 600_000) {
    mistakes.push('--timeout must be a whole number of milliseconds from 1 to 600000')
  }
  const format = given.get('format') ?? 'text'
  if (!isFormatName(format)) mistakes.push(`--format must be one of ${Object.keys(formats).join(', ')}`)
  const results = given.get('results') ?? null
  if (results === '' || results?.startsWith('-')) mistakes.push('--results must be the path of a file')

  if (mistakes.length > 0 || target === null || !isFormatName(format)) {
    return { kind: 'mistakes', mistakes: [...new Set(mistakes)] }
  }
  const config = { target, once: given.has('once'), intervalMs: interval * 1000, timeoutMs, format, results }
  return { kind: 'run', config }
}

function flagNames(): string {
  return Object.keys(flags)
    .map((name) => `--${name}`)
    .join(', ')
}

/** Digits with an optional fraction; `Number` alone would also take "", "0x10" and "1e3". */
function isDecimal(text: string | undefined): boolean {
  return text === undefined || /^\d+(\.\d+)?$/.test(text)
}
