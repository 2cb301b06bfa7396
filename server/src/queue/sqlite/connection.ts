import { StoreError } from './store-error.ts'

/** How a queue file is opened. */
export interface SqliteConnection {
  /** The file; it is made when it is missing, its folder is not. `:memory:` is refused: nobody could share it. */
  path: string
  /**
   * `normal` (default): what was acknowledged survives the death of the process. `full`: and the loss of power, at the
   * price of one sync of the disk for each group of operations. Within a process, who asks for `full` gets it for all
   * that use the file.
   */
  synchronous?: 'normal' | 'full'
  /** How long an operation tries to get the file while others write, in milliseconds. Default 30,000. */
  busyTimeoutMs?: number
}

const EXAMPLE = '{ connection: { path: "/path/to/queue.sqlite" } }'

/** What every option has to be, as the end of a sentence that begins with its name. */
const options: Record<keyof SqliteConnection, [fits: (value: unknown) => boolean, sentence: string]> = {
  path: [isPath, `must be the path of a file, as text and not a URL: ${EXAMPLE}`],
  synchronous: [(value) => value === 'normal' || value === 'full', 'must be normal or full'],
  busyTimeoutMs: [(value) => typeof value === 'number' && value >= 0, 'must be a number of milliseconds'],
}

/**
 * The options of a connection as they come from an application, whatever their types say. Throws {@link StoreError} `missing`
 * for the first that is wrong or unknown: a word that is misspelt would otherwise be a promise that is not kept.
 */
export function checkedConnection(connection: unknown): SqliteConnection {
  const given = typeof connection === 'object' && connection !== null ? connection : {}
  if (!('path' in given)) throw new StoreError('missing', `Name the queue file: ${EXAMPLE}`)
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name)) throw new StoreError('missing', `The connection of a SQLite queue has no option ${name}`)
    const [fits, sentence] = options[name]
    if (fits(value) || (value === undefined && name !== 'path')) continue
    throw new StoreError('missing', `The option ${name} of a SQLite queue ${sentence}`)
  }
  const { path } = given as SqliteConnection
  if (path === ':memory:')
    throw new StoreError('missing', 'A queue needs a file, which others can open too: name its path')
  return given as SqliteConnection
}

const isOption = (name: string): name is keyof SqliteConnection => Object.hasOwn(options, name)

const URL_LIKE = /^(?:file|sqlite):|^[a-z][a-z\d+.-]+:\/\//i

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0') && !URL_LIKE.test(value)
}
