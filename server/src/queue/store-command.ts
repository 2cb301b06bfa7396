import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createPostgresBackend, withBackend } from 'bullmq'
import { OpsError } from '../errors.ts'
import { sqlitePath } from '../store-url.ts'
import { backupFile } from './sqlite/backup.ts'
import { checkFile } from './sqlite/checking.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'
import { repairFile } from './sqlite/repairing.ts'
import { restoreFile } from './sqlite/restoring.ts'

/** What `queue-ops store` can do, for its usage. */
export const storeCommands = `  queue-ops store backup FILE   copies the SQLite queue file while it is in use
  queue-ops store restore FILE  puts such a copy in the place of the queue file, which is kept under another name
  queue-ops store check         looks for damage in the SQLite queue file; exit code 1 when there is any
  queue-ops store repair        counts the jobs of the SQLite queue file anew, also while it is in use
  queue-ops store migrate       brings the schema of a PostgreSQL store to the version of this program`

interface Answer {
  text: string
  /** False: it is done, but what it tells is bad news. */
  ok: boolean
}

interface Command {
  /** Whose name it needs, null when it needs none. */
  needs: string | null
  run(url: string, file: string): Answer | Promise<Answer>
}

const commands: Record<string, Command> = {
  backup: { needs: 'a new file', run: (url, file) => backup(fileOf(url), file) },
  restore: { needs: 'a backup', run: (url, file) => restore(fileOf(url), file) },
  check: { needs: null, run: (url) => check(existing(fileOf(url))) },
  repair: { needs: null, run: (url) => repair(existing(fileOf(url))) },
  migrate: { needs: null, run: migrate },
}

/**
 * Runs one of {@link storeCommands} on the store that `url` names. Gives what to tell and whether all is well; rejects
 * with OpsError when the command is not for this store, or the store cannot be used.
 *
 * @param folder where relative paths start
 */
export async function runStoreCommand([name = '', ...args]: string[], url: string, folder: string): Promise<Answer> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new OpsError('invalid_input', `There is no such command; the commands are:\n${storeCommands}`)
  const file = onlyArgument(name, command, args)
  try {
    return await command.run(url, resolve(folder, file))
  } catch (error) {
    if (error instanceof StoreError) throw new OpsError('store_unavailable', `${error.message}.`, { cause: error })
    throw error
  }
}

function onlyArgument(name: string, { needs }: Command, args: string[]): string {
  const [file = ''] = args
  if (needs === null && args.length === 0) return file
  if (needs !== null && args.length === 1 && file !== '') return file
  const asked = needs === null ? 'takes nothing else' : `needs the name of ${needs} and nothing else`
  throw new OpsError('invalid_input', `queue-ops store ${name} ${asked}.`)
}

function backup(path: string, target: string): Answer {
  backupFile(existing(path), target)
  return { text: `The queue file is copied to ${target}.`, ok: true }
}

function restore(path: string, source: string): Answer {
  const aside = restoreFile(source, path)
  const former = aside === null ? 'There was none before.' : `What was there is kept as ${aside}.`
  return { text: `The queue file ${path} is now a copy of ${source}. ${former}`, ok: true }
}

function check(path: string): Answer {
  const { damage, repairable } = checkFile(path)
  const answer = (sentence: string) => ({ text: [sentence, ...damage, ...repairable].join('\n'), ok: false })
  if (damage.length > 0) {
    return answer(`The queue file is damaged: put a backup in its place by queue-ops store restore FILE.`)
  }
  if (repairable.length > 0) {
    return answer('No job is lost, but something is miscounted: queue-ops store repair mends that.')
  }
  if (statSync(path).size === 0) return { text: 'The queue file is empty: no queue was ever put into it.', ok: true }
  return { text: 'The queue file is sound.', ok: true }
}

function repair(path: string): Answer {
  repairFile(path)
  return { text: 'The jobs are counted anew.', ok: true }
}

async function migrate(url: string): Promise<Answer> {
  if (!url.startsWith('postgres'))
    throw new OpsError('invalid_input', 'Only a PostgreSQL store is migrated by a command.')
  const { Queue } = withBackend(createPostgresBackend)
  const queue = new Queue('migration', { connection: { connectionString: url, migrate: true } })
  try {
    await queue.waitUntilReady()
  } catch (cause) {
    throw new OpsError('store_unavailable', 'PostgreSQL cannot be reached, or refuses: see QUEUE_URL.', { cause })
  } finally {
    await queue.close()
  }
  return { text: 'The schema is up to date.', ok: true }
}

function fileOf(url: string): string {
  const path = sqlitePath(url)
  if (path !== null) return path
  throw new OpsError('invalid_input', 'This command is for SQLite: QUEUE_URL names another store.')
}

function existing(path: string): string {
  if (existsSync(path)) return path
  throw new OpsError('store_unavailable', `There is no queue file ${path}: set DATA_DIR or QUEUE_URL.`)
}
