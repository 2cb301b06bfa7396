import { execFileSync } from 'node:child_process'
import { chmod, copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { runProgram, serverProgram, temporaryFolder } from './support/program.ts'

const { Queue } = withBackend(createSqliteBackend)

/** A folder with a queue file of so many jobs, which nobody has open. */
async function shop(jobs: number) {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  await addJobs(path, jobs)
  return {
    folder: folder.path,
    path,
    store: (...args: string[]) => runProgram(serverProgram, ['store', ...args], { QUEUE_URL: `sqlite:${path}` }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

async function addJobs(path: string, count: number) {
  const queue = new Queue('mail', { connection: { path } })
  await queue.addBulk(Array.from({ length: count }, (_, at) => ({ name: 'letter', data: { at } })))
  await queue.close()
}

async function waitingIn(path: string) {
  const queue = new Queue('mail', { connection: { path } })
  const count = await queue.getWaitingCount()
  await queue.close()
  return count
}

/** Leaves the file as a process that is killed does: with a log that was never folded into it. */
async function leaveLog(path: string) {
  const aside = `${path}.copy`
  const queue = new Queue('mail', { connection: { path } })
  await queue.addBulk(Array.from({ length: 300 }, () => ({ name: 'later', data: {} })))
  for (const ending of ['', '-wal', '-shm']) await copyFile(path + ending, aside + ending)
  await queue.close()
  for (const ending of ['', '-wal', '-shm']) {
    await copyFile(aside + ending, path + ending)
    await rm(aside + ending)
  }
}

test('a backup is restored though the file has a log that would be replayed onto it, and the former file is kept', async () => {
  await using place = await shop(10)
  const backup = join(place.folder, 'backup.sqlite')
  expect(await place.store('backup', backup)).toMatchObject({ code: 0 })
  await addJobs(place.path, 20)
  await leaveLog(place.path)
  const { code, stdout } = await place.store('restore', backup)
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${place.path} is now a copy of ${backup}.`)])
  const aside = /is kept as (.*)\.\n$/.exec(stdout)?.[1] ?? ''
  expect(await waitingIn(place.path)).toBe(10)
  expect(await place.store('check')).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
  expect(await waitingIn(aside)).toBe(330)
  expect(await waitingIn(backup)).toBe(10)
})

test('a backup is restored where the file is destroyed, and where there is none', async () => {
  await using place = await shop(10)
  const backup = join(place.folder, 'backup.sqlite')
  await place.store('backup', backup)
  await writeFile(place.path, 'no database any more '.repeat(300))
  expect(await place.store('restore', backup)).toMatchObject({ code: 0 })
  expect(await waitingIn(place.path)).toBe(10)
  await rm(place.path)
  const { stdout } = await place.store('restore', backup)
  expect(stdout).toContain('There was none before.')
  expect(await waitingIn(place.path)).toBe(10)
})

test('a restored file may be used by whom the former one was used', async () => {
  await using place = await shop(1)
  const backup = join(place.folder, 'backup.sqlite')
  await place.store('backup', backup)
  await chmod(place.path, 0o660)
  await place.store('restore', backup)
  const { mode } = await stat(place.path)
  expect(mode & 0o777).toBe(0o660)
})

for (const [what, spoil] of [
  ['in use', () => undefined],
  // By another process: closing a file gives up all locks that a process has on it.
  ['in use and destroyed', (path: string) => execFileSync('cp', ['/bin/sh', path])],
] as const) {
  test(`a file that is ${what} is not restored over`, async () => {
    await using place = await shop(10)
    const backup = join(place.folder, 'backup.sqlite')
    await place.store('backup', backup)
    const queue = new Queue('mail', { connection: { path: place.path } })
    await queue.waitUntilReady()
    await spoil(place.path)
    const before = await readdir(place.folder)
    expect(await place.store('restore', backup)).toMatchObject({
      code: 2,
      stderr: `queue-ops: ${place.path} is in use: stop all that use it, then restore the backup.\n`,
    })
    expect(await readdir(place.folder)).toEqual(before)
    await queue.close()
  })
}

const noBackup: Record<string, [spoil: (path: string) => Promise<unknown>, told: string]> = {
  'is missing': [(path) => rm(path), 'there is no file'],
  'is empty': [(path) => truncate(path), 'is empty: name a backup'],
  'is a text': [(path) => writeFile(path, 'no database '.repeat(300)), 'no SQLite database: name another backup'],
  'is damaged': [async (path) => writeFile(path, (await readFile(path)).fill(0xa5, 8192, 16_384)), 'is damaged'],
  'is of another application': [
    async (path) => {
      await rm(path)
      const db = new DatabaseSync(path)
      db.exec('CREATE TABLE customer (name TEXT)')
      db.close()
    },
    'is a SQLite file of another application',
  ],
}
for (const [what, [spoil, told]] of Object.entries(noBackup)) {
  test(`a backup that ${what} is not put in the place of anything`, async () => {
    await using place = await shop(10)
    const backup = join(place.folder, 'backup.sqlite')
    await place.store('backup', backup)
    await spoil(backup)
    const before = await readdir(place.folder)
    const { code, stderr } = await place.store('restore', backup)
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)])
    expect(stderr).toContain(backup)
    expect(await readdir(place.folder)).toEqual(before)
    expect(await waitingIn(place.path)).toBe(10)
  })
}

test('wrong counts and rows of no job are mended while the file is in use, and no backup is advised', async () => {
  await using place = await shop(10)
  const queue = new Queue('mail', { connection: { path: place.path } })
  await queue.waitUntilReady()
  const db = new DatabaseSync(place.path)
  db.exec(`UPDATE queue SET waiting = 12, waiting_children = -2; INSERT INTO log VALUES (99, 1, 'lost')`)
  db.close()
  const { code, stdout } = await place.store('check')
  expect(code).toBe(1)
  expect(stdout.split('\n')).toEqual([
    'No job is lost, but something is miscounted: queue-ops store repair mends that.',
    'Queue bull:mail counts -2 waiting_children jobs, but has 0.',
    'Queue bull:mail counts 12 waiting jobs, but has 10.',
    '1 rows of log belong to no job.',
    '',
  ])
  expect(await place.store('repair')).toMatchObject({ code: 0 })
  expect(await queue.getJobCounts('waiting', 'waiting-children')).toEqual({ waiting: 10, 'waiting-children': 0 })
  await queue.add('letter', {})
  expect(await place.store('check')).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
  await queue.close()
})

test('what the first version of the schema has miscounted is right when the file is opened', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const db = new DatabaseSync(path)
  db.exec(await readFile(new URL('schemas/version-1.sql', import.meta.url), 'utf8'))
  const [right] = db.prepare('SELECT waiting, waiting_children FROM queue').all()
  db.exec('UPDATE queue SET waiting = waiting + 2, waiting_children = waiting_children - 2')
  db.close()
  const queue = new Queue('work', { connection: { path } })
  const counted = await queue.getJobCounts('waiting', 'waiting-children')
  expect(counted).toEqual({ waiting: right?.['waiting'], 'waiting-children': right?.['waiting_children'] })
  await queue.close()
})

test('a backup leaves what others have in the same folder', async () => {
  await using place = await shop(10)
  const backup = join(place.folder, 'backup.sqlite')
  await writeFile(`${backup}.partial`, 'somebody else')
  expect(await place.store('backup', backup)).toMatchObject({ code: 0 })
  expect(await readFile(`${backup}.partial`, 'utf8')).toBe('somebody else')
  expect((await readdir(place.folder)).toSorted()).toEqual(['backup.sqlite', 'backup.sqlite.partial', 'queue.sqlite'])
  await writeFile(backup, 'mine')
  expect(await place.store('backup', backup)).toMatchObject({ code: 2 })
  expect(await readFile(backup, 'utf8')).toBe('mine')
})

test('an empty file is an empty queue for the commands as it is for the server', async () => {
  await using place = await shop(1)
  await truncate(place.path)
  const told = { code: 0, stdout: 'The queue file is empty: no queue was ever put into it.\n' }
  expect(await place.store('check')).toMatchObject(told)
  expect(await waitingIn(place.path)).toBe(0)
})
