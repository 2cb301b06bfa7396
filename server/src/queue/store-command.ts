import { resolve } from 'node:path'
import { createPostgresBackend, withBackend } from 'bullmq'
import { OpsError } from '../errors.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'
import { backupFile, checkFile } from './sqlite/maintenance.ts'

/** What `queue-ops store` can do, for its usage. */
export const storeCommands = `  queue-ops store backup FILE   copies the SQLite queue file while it is in use
  queue-ops store check         looks for damage in the SQLite queue file; exit code 1 when there is any
  queue-ops store migrate       brings the schema of a PostgreSQL store to the version of this program`

const SQLITE = 'sqlite:'

/**
 * Runs one of {@link storeCommands} on the store that `url` names. Gives what to tell and whether all is well; rejects
 * with OpsError when the command is not for this store, or the store cannot be used.
 *
 * @param folder where relative paths start
 */
export async function runStoreCommand(
  [command, ...args]: string[],
  url: string,
  folder: string,
): Promise<{ text: string; ok: boolean }> {
  try {
    if (command === 'backup' && args.length === 1) return backup(url, resolve(folder, args[0] ?? ''))
    if (command === 'check' && args.length === 0) return check(url)
    if (command === 'migrate' && args.length === 0) return await migrate(url)
  } catch (error) {
    if (error instanceof StoreError) throw new OpsError('store_unavailable', `${error.message}.`, { cause: error })
    throw error
  }
  throw new OpsError('invalid_input', `There is no such command; the commands are:\n${storeCommands}`)
}

function backup(url: string, target: string) {
  backupFile(sqlitePath(url), target)
  return { text: `The queue file is copied to ${target}.`, ok: true }
}

function check(url: string) {
  const findings = checkFile(sqlitePath(url))
  return findings.length === 0
    ? { text: 'The queue file is sound.', ok: true }
    : { text: `The queue file is damaged: put a backup in its place.\n${findings.join('\n')}`, ok: false }
}

async function migrate(url: string) {
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

function sqlitePath(url: string): string {
  if (!url.startsWith(SQLITE))
    throw new OpsError('invalid_input', 'This command is for SQLite: QUEUE_URL names another store.')
  return url.slice(SQLITE.length)
}
