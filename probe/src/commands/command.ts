import type { Variables } from '../config/read-config-file.ts'

/** What a command may use. */
export interface CommandWorld {
  variables: Variables
  /** Takes text for standard output. */
  print(text: string): void
  /** Takes a sentence for standard error. */
  complain(sentence: string): void
}

/** Something other than probing that the program can do. */
export interface Command {
  /** Its words, as in `config check`. */
  words: string
  /** What stands behind the words, for the usage text. */
  args: string
  help: string
  /** Resolves with the exit code: 0, or 3 when it could not be done or found something wrong. */
  run(args: string[], world: CommandWorld): Promise<number>
}
