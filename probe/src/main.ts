import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { startProbe } from './app.ts'
import { systemClock } from './clock.ts'
import { commandLines, findCommand } from './commands/list.ts'
import type { Config } from './config.ts'
import { OwnFault } from './failure.ts'
import { readInvocation, usage } from './invocation.ts'
import { oneLine } from './sentence.ts'
import { steps } from './steps/list.ts'

const ownFault = 3

/** Ends the process once everything is written; without waiting for sockets that a silent target keeps open. */
function exit(code: number): void {
  process.stdout.write('', (error) => {
    process.exitCode = error ? ownFault : code
    process.stderr.write('', () => process.exit())
  })
}

const print = (text: string) => void process.stdout.write(text)
const complain = (sentence: string) => void process.stderr.write(`queue-ops-probe: ${sentence}\n`)
const variables = (name: string) => process.env[name]

function fail(error: unknown): void {
  complain(error instanceof OwnFault ? error.message : `internal error: ${sentenceOf(error)}`)
  exit(ownFault)
}

const sentenceOf = (error: unknown) => oneLine(error instanceof Error ? error.message : String(error), 300)

async function start(config: Config): Promise<void> {
  const stopping = new AbortController()
  // Once: a second signal ends the process the hard way.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
  const isTerminal = process.stdout.isTTY === true
  const code = await startProbe(config, {
    steps,
    version: version(),
    clock: systemClock,
    stop: stopping.signal,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
    random: Math.random,
    print,
    complain,
    trace: (line) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`),
    terminal: {
      isTerminal,
      hasColours: isTerminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
      columns: () => process.stdout.columns || 120,
    },
  })
  exit(code)
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

process.on('uncaughtException', fail)
// Of a run that was given up something may still go wrong afterwards: the other targets go on.
process.on('unhandledRejection', (error) => complain(`unexpected: ${sentenceOf(error)}`))
// The reader of our output is gone, as in "| head -1": nobody is left to report to.
process.stdout.on('error', () => process.exit(ownFault))
process.stderr.on('error', () => {})

// "pnpm probe -- --once" hands over the "--" too.
const given = process.argv.slice(2)
const args = given[0] === '--' ? given.slice(1) : given
const found = findCommand(args)
if (found !== null) {
  found.command.run(found.rest, { variables, print, complain }).then(exit, fail)
} else {
  const invocation = readInvocation(args, process.env)
  switch (invocation.kind) {
    case 'help':
      print(`${usage}\nOther commands:\n${commandLines}\n`)
      break
    case 'version':
      print(`${version()}\n`)
      break
    case 'mistakes':
      invocation.mistakes.forEach(complain)
      exit(ownFault)
      break
    case 'run':
      start(invocation.config).catch(fail)
  }
}
