import type { Command } from './command.ts'
import { configCheck } from './config-check.ts'
import { configPrint } from './config-print.ts'
import { explain } from './explain.ts'
import { testAlert } from './test-alert.ts'

/** What the first words of the command line can name. */
export const commands: readonly Command[] = [configCheck, configPrint, explain, testAlert]

/** For the usage text. */
export const commandLines = commands
  .map(({ words, args, help }) => `  ${`${words} ${args}`.padEnd(28)}${help}`)
  .join('\n')

/** The command that a command line begins with and the rest of it; null when it begins with none. */
export function findCommand(args: readonly string[]): { command: Command; rest: string[] } | null {
  for (const command of commands) {
    const words = command.words.split(' ')
    if (words.every((word, at) => args[at] === word)) return { command, rest: args.slice(words.length) }
  }
  return null
}
