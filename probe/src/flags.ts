import { parseArgs } from 'node:util'
import { formats } from './reporters/list.ts'

interface Flag {
  type: 'string' | 'boolean'
  /** How the usage text names the value. */
  value?: string
  help: string
  isRepeatable?: boolean
}

const formatNames = Object.keys(formats).join('|')

/** Every flag of a run. */
export const flags = {
  config: { type: 'string', value: 'FILE', help: 'YAML file with the targets (docs/probe.md)' },
  target: { type: 'string', value: 'NAME', help: 'only this target of the file; may be repeated', isRepeatable: true },
  url: { type: 'string', value: 'URL', help: 'instead of a file: one MCP endpoint, http:// or https://' },
  era: { type: 'string', value: 'auto|modern|legacy', help: 'how the target speaks MCP (default auto)' },
  'bearer-file': { type: 'string', value: 'FILE', help: 'with --url: file with a bearer token' },
  'ca-file': { type: 'string', value: 'FILE', help: 'with --url: file with the certificates to trust' },
  once: { type: 'boolean', help: 'run once and exit with the verdict' },
  watch: { type: 'boolean', help: 'a table on the terminal' },
  interval: { type: 'string', value: 'SECONDS', help: 'start a run this often, ±10 % (default 30)' },
  timeout: { type: 'string', value: 'MS', help: 'deadline of each step in milliseconds (default 5000)' },
  retries: { type: 'string', value: 'N', help: 'try a step again when nobody answers (default 0)' },
  format: { type: 'string', value: formatNames, help: 'how results are printed (default text)' },
  results: { type: 'string', value: 'FILE', help: 'also append each result as a JSON line to this file' },
  history: { type: 'string', value: 'FILE', help: 'keep the history in this file (default beside the results)' },
  listen: { type: 'string', value: 'HOST:PORT', help: 'serve /metrics, /probe, /history.json and /health there' },
  debug: { type: 'boolean', help: 'tell every step with its time on standard error' },
  help: { type: 'boolean', help: 'print this text' },
  version: { type: 'boolean', help: 'print the version' },
} satisfies Record<string, Flag>

export type FlagName = keyof typeof flags

/** What was given on a command line. */
export interface GivenFlags {
  values: ReadonlyMap<FlagName, string[]>
  /** What stands behind "--": the command of a stdio server. */
  command: string[]
  mistakes: string[]
}

export const flagLines = Object.entries<Flag>(flags)
  .map(([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(28)}${help}`)
  .join('\n')

/** Takes the flags apart. Every mistake is a sentence that names the flag and repeats no value. */
export function readFlags(args: readonly string[]): GivenFlags {
  // Not `strict: true`: that throws at the first mistake, and here all of them are named.
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true })
  const mistakes: string[] = []
  const values = new Map<FlagName, string[]>()
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? args.length
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index < end)
      mistakes.push('every argument must belong to a flag, see --help')
    if (token.kind !== 'option') continue
    const mistake = takeFlag(token, values)
    if (mistake !== null) mistakes.push(mistake)
  }
  return { values, command: args.slice(end + 1), mistakes }
}

function takeFlag(
  token: { name: string; rawName: string; value?: string | undefined },
  values: Map<FlagName, string[]>,
) {
  if (!isFlag(token.name)) return `${token.rawName} is not a flag, allowed are ${names()}`
  const flag: Flag = flags[token.name]
  if (flag.type === 'boolean' && token.value !== undefined) return `${token.rawName} takes no value`
  const before = values.get(token.name) ?? []
  if (flag.type === 'string' && before.length > 0 && flag.isRepeatable !== true) {
    return `${token.rawName} may be given only once`
  }
  values.set(token.name, [...before, token.value ?? ''])
  return null
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name)

const names = () =>
  Object.keys(flags)
    .map((name) => `--${name}`)
    .join(', ')
