import type { z } from 'zod'
import { readChosen, type Environment } from './chosen-targets.ts'
import type { Config, Mode } from './config.ts'
import { noSections, type Sections } from './config/sections.ts'
import { FlagReading } from './flag-reading.ts'
import { flagLines, readFlags } from './flags.ts'
import { defaultRetention } from './history/retention.ts'
import { ListenSettings } from './http/listen-settings.ts'
import { formats, isFormatName } from './reporters/list.ts'

/** What a command line without a command asks for. */
export type Invocation =
  | { kind: 'run'; config: Config }
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'mistakes'; mistakes: string[] }

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
  const chosen = readChosen(reading, given, environment)
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
