import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { runProgram, serverProgram, temporaryFolder } from './support/program.ts'

const { Queue } = withBackend(createSqliteBackend)

const FOREIGN = 'is a SQLite file of another application: name a file of its own'

/** What another application may have made of its file. */
const foreign: Record<string, string> = {
  'without a version': 'CREATE TABLE customer (name TEXT)',
  'with a version of its own': 'CREATE TABLE customer (name TEXT); PRAGMA user_version = 1',
  'with a table called job': 'CREATE TABLE job (key INTEGER); CREATE TABLE queue (id INTEGER); PRAGMA user_version = 1',
  'with a later version': 'CREATE TABLE customer (name TEXT); PRAGMA user_version = 7',
  'that says whose it is': 'PRAGMA application_id = 4711',
  'with a log': 'PRAGMA journal_mode = WAL; CREATE TABLE customer (name TEXT)',
}

for (const [what, sql] of Object.entries(foreign)) {
  test(`a file of another application ${what} is refused, and left as it is`, async () => {
    await using file = await shopFile(sql)
    const before = await contentOf(file.folder)
    expect(() => new Queue('mail', { connection: { path: file.path } })).toThrow(`${file.path} ${FOREIGN}`)
    expect(await contentOf(file.folder)).toEqual(before)
  })
}

test('a file of another application is refused by the server and by every command, and left as it is', async () => {
  await using file = await shopFile('CREATE TABLE customer (name TEXT); PRAGMA user_version = 1')
  const before = await contentOf(file.folder)
  const env = { QUEUE_URL: `sqlite:${file.path}`, DATA_DIR: join(file.folder, 'data'), PORT: '0' }
  for (const args of [[], ['store', 'check'], ['store', 'repair'], ['store', 'backup', join(file.folder, 'copy')]]) {
    const { code, stderr } = await runProgram(serverProgram, args, env)
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${file.path} ${FOREIGN}.\n`)])
  }
  expect(await contentOf(file.folder)).toEqual(before)
})

test('a backup is not put in the place of the file of another application', async () => {
  await using file = await shopFile('CREATE TABLE customer (name TEXT)')
  const backup = join(file.folder, 'backup.sqlite')
  const queue = new Queue('mail', { connection: { path: backup } })
  await queue.add('letter', {})
  await queue.close()
  const before = await contentOf(file.folder)
  const { code, stderr } = await runProgram(serverProgram, ['store', 'restore', backup], {
    QUEUE_URL: `sqlite:${file.path}`,
  })
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file.path} ${FOREIGN}.\n`)])
  expect(await contentOf(file.folder)).toEqual(before)
})

test('a file whose owner is using it, or has left its log behind, is refused and left as it is', async () => {
  await using folder = await temporaryFolder()
  await using left = await temporaryFolder()
  const path = join(folder.path, 'shop.sqlite')
  const owner = new DatabaseSync(path)
  owner.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE customer (name TEXT)')
  const [file, log] = [await readFile(path), await readFile(`${path}-wal`)]
  expect(() => new Queue('mail', { connection: { path } })).toThrow(FOREIGN)
  expect([await readFile(path), await readFile(`${path}-wal`)]).toEqual([file, log])
  // As its owner's death leaves it.
  for (const name of await readdir(folder.path)) await copyFile(join(folder.path, name), join(left.path, name))
  const before = await contentOf(left.path)
  expect(() => new Queue('mail', { connection: { path: join(left.path, 'shop.sqlite') } })).toThrow(FOREIGN)
  const after = await contentOf(left.path)
  for (const name of ['shop.sqlite', 'shop.sqlite-wal']) expect(after[name]).toEqual(before[name])
  owner.close()
})

test('an empty file becomes a queue file that says so in its header, also while its log was never folded', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  await writeFile(path, '')
  const queue = new Queue('mail', { connection: { path } })
  await queue.add('letter', {})
  const header = await readFile(path)
  expect(header.subarray(68, 72).toString()).toBe('QOps')
  await queue.close()
})

test('a newer program is named by every command that finds its file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const queue = new Queue('mail', { connection: { path } })
  await queue.add('letter', {})
  await queue.close()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 999')
  db.close()
  const before = await contentOf(folder.path)
  for (const args of [['check'], ['repair'], ['backup', join(folder.path, 'copy')]]) {
    const { code, stderr } = await runProgram(serverProgram, ['store', ...args], { QUEUE_URL: `sqlite:${path}` })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/schema version 999, .*: use the newer program\.\n$/)])
  }
  expect(await contentOf(folder.path)).toEqual(before)
})

async function shopFile(sql: string) {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'shop.sqlite')
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
  return { folder: folder.path, path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

/** Name → content of all files in a folder. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
  const contents = names.map(async ({ name }) => [name, (await readFile(join(folder, name))).toString('hex')] as const)
  return Object.fromEntries(await Promise.all(contents))
}
