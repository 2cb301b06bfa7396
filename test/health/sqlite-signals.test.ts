import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gatherSignals } from '@queue-ops/server/gather-signals'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { damageTable } from '../support/damaged-table.ts'
import { immutable, noImmutable } from '../support/immutable-file.ts'
import { temporaryFolder } from '../support/program.ts'
import { noSmallDisk, smallDisk } from '../support/small-disk.ts'
import { openDesk, type Desk } from './desk.ts'

const gather = (d: Desk) => gatherSignals(d.store, { queue: d.observer, kind: 'exports' })

const writable = { store: { reachable: true, facts: { writeProblem: null, redis: null } } }
const orNot = (reason: string | false) => (reason ? ` (${reason})` : '')

test('a queue file that another program holds locked takes no writes, and all that can be read is there', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  await using d = await openDesk(`sqlite:${file}`)
  await d.queue.add('a', {})
  expect(await gather(d)).toMatchObject(writable)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  // Somebody who wants to write stands in line too.
  const refused = d.queue.add('b', {}).catch((error: unknown) => error)
  expect(await gather(d)).toMatchObject({
    store: { reachable: true, file: null, facts: { writeProblem: expect.stringContaining('locked') } },
    counts: { waiting: 1 },
    paused: false,
    facts: { oldestWaiting: { id: '1' } },
  })
  expect(await refused).toMatchObject({ problem: 'busy' })
  other.exec('ROLLBACK')
  other.close()
  expect(await gather(d)).toMatchObject(writable)
})

test('a queue file that was deleted is not reachable, and says why', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  await using d = await openDesk(`sqlite:${file}`)
  await d.queue.add('a', {})
  await rename(file, `${file}.gone`)
  await eventually(async () =>
    expect(await gather(d)).toMatchObject({
      store: { reachable: false, problem: expect.stringContaining('deleted') },
      counts: null,
      facts: null,
    }),
  )
  await rename(`${file}.gone`, file)
  expect(await gather(d)).toMatchObject(writable)
})

test('a queue file whose jobs cannot be read any more is not reachable, and says why', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  await using d = await openDesk(`sqlite:${file}`)
  await d.queue.add('a', {})
  const { repair } = await damageTable(file, 'job')
  // Pages that were read before are kept until somebody writes.
  bumpVersion(file)
  expect(await gather(d)).toMatchObject({
    store: { reachable: false, problem: expect.stringContaining('damaged') },
    counts: null,
    facts: null,
  })
  await repair()
  bumpVersion(file)
  expect(await gather(d)).toMatchObject(writable)
})

/** Writes something that changes nothing. */
function bumpVersion(file: string) {
  const db = new DatabaseSync(file)
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  db.exec(`PRAGMA user_version = ${version}`)
  db.close()
}

test.skipIf(noSmallDisk)(`a queue file on a full disk takes no writes${orNot(noSmallDisk)}`, async () => {
  using disk = smallDisk(16)
  await using d = await openDesk(`sqlite:${join(disk.path, 'queue.sqlite')}`)
  await d.queue.add('a', {})
  disk.fill()
  expect(await gather(d)).toMatchObject({
    store: { reachable: true, file: { freeBytes: 0 }, facts: { writeProblem: expect.stringContaining('is full') } },
    counts: { waiting: 1 },
  })
  disk.free(16 * 1024 * 1024)
  expect(await gather(d)).toMatchObject(writable)
})

test.skipIf(noImmutable)(
  `a queue file that may no longer be written takes no writes${orNot(noImmutable)}`,
  async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'queue.sqlite')
    await using d = await openDesk(`sqlite:${file}`)
    await d.queue.add('a', {})
    {
      using _locked = immutable(`${file}-wal`)
      const signals = await gather(d)
      expect(signals).toMatchObject({
        store: { reachable: true, facts: { writeProblem: expect.stringContaining('cannot write') } },
        counts: { waiting: 1 },
      })
      expect(JSON.stringify(signals)).not.toContain(folder.path)
    }
    expect(await gather(d)).toMatchObject(writable)
  },
)
