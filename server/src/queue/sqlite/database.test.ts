import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Database } from './database.ts'
import { StoreError } from './store-error.ts'

let folder: string
let database: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  database = new Database(join(folder, 'queue.sqlite'))
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

/** As the driver says it. */
const driverError = (errcode: number, message: string) => Object.assign(new Error(message), { errcode })

/** Work that finds the file locked so often. */
function lockedFor(times: number) {
  let found = 0
  return () => {
    if (++found <= times) throw driverError(5, 'database is locked')
    return found
  }
}

test('a read that finds the file locked at its first statement waits its turn', async () => {
  expect(await database.read(lockedFor(3))).toBe(4)
})

test('what shares a transaction with it is carried out once and answered in order', async () => {
  const done: string[] = []
  const noted = (name: string) => () => void done.push(name)
  await Promise.all([
    database.read(lockedFor(2)),
    database.read(() => 'beside').then(noted('beside')),
    database.write(() => 'behind').then(noted('behind')),
  ])
  expect(done).toEqual(['beside', 'behind'])
})

for (const [what, kind] of [
  ['a write', 'write'],
  ['a write of many steps', 'writeInSteps'],
] as const) {
  test(`while ${what} waits for the lock of another program, what only reads is answered`, async () => {
    const other = new DatabaseSync(database.path)
    other.exec('BEGIN IMMEDIATE')
    let written = false
    const work = function* () {
      yield
    }
    const write = kind === 'write' ? database.write(() => undefined) : database.writeInSteps(work)
    const noted = write.then(() => (written = true))
    expect(await Promise.all([database.read(() => 'beside'), database.read(() => 'too')])).toEqual(['beside', 'too'])
    expect(await database.read(() => 'behind')).toBe('behind')
    expect(written).toBe(false)
    other.exec('ROLLBACK')
    other.close()
    await noted
  })
}

test('it is given up at its deadline', async () => {
  const failed: unknown = await database.read(lockedFor(Number.POSITIVE_INFINITY), 50).catch((error: unknown) => error)
  expect(failed).toMatchObject({ name: 'StoreError', problem: 'busy' })
})

test('of a group in which one fails for a reason that is not foreseen, the others wait for a locked file', async () => {
  const failing = database.read(() => {
    throw new Error('a fault of ours')
  })
  const locked = lockedFor(3)
  const others = [database.read(locked), database.read(() => 'last')]
  await expect(failing).rejects.toThrow('a fault of ours')
  expect(await Promise.all(others)).toEqual([4, 'last'])
})

for (const [code, message] of [
  [20, 'datatype mismatch'],
  [25, 'column index out of range'],
  [21, 'bad parameter or other API misuse'],
] as const) {
  test(`"${message}" is a fault of ours and not of the file`, async () => {
    const failing = database.write(() => {
      throw driverError(code, message)
    })
    await expect(failing).rejects.not.toBeInstanceOf(StoreError)
  })
}

test('more than SQLite stores in one value is told as that', async () => {
  const failing = database.write((tx) => tx.sql(`SELECT length(zeroblob(?))`).get(1_000_000_001))
  await expect(failing).rejects.toThrow('One job cannot hold more than 1 GB of data on SQLite')
  await expect(failing).rejects.not.toBeInstanceOf(StoreError)
})
