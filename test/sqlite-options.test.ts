import { mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createSqliteBackend, type SqliteConnection } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { runProgram, serverProgram, temporaryFolder } from './support/program.ts'

const { Queue } = withBackend(createSqliteBackend)

const open = (connection: unknown) => new Queue('mail', { connection: connection as SqliteConnection })

const wrong: Record<string, [connection: (folder: string) => unknown, told: string | RegExp]> = {
  'without a path': [() => ({}), 'Name the queue file'],
  'of a Redis': [() => ({ host: 'localhost', port: 6379 }), 'Name the queue file'],
  'that is the path itself': [(folder) => join(folder, 'q'), 'Name the queue file'],
  'with an empty path': [() => ({ path: '' }), 'The option path of a SQLite queue must be the path of a file'],
  'with a number as a path': [() => ({ path: 5 }), 'The option path of a SQLite queue must be'],
  'with nothing as a path': [() => ({ path: undefined }), 'The option path of a SQLite queue must be'],
  'with a URL object': [(folder) => ({ path: pathToFileURL(join(folder, 'q')) }), 'as text and not a URL'],
  'with a file URL': [(folder) => ({ path: pathToFileURL(join(folder, 'q')).href }), 'as text and not a URL'],
  'with our own URL': [(folder) => ({ path: `sqlite:${join(folder, 'q')}` }), 'as text and not a URL'],
  'with the character NUL': [(folder) => ({ path: join(folder, 'q\0') }), 'The option path of a SQLite queue must be'],
  'in memory': [() => ({ path: ':memory:' }), 'A queue needs a file'],
  'with a misspelt value': [
    (folder) => ({ path: join(folder, 'q'), synchronous: 'ful' }),
    'The option synchronous of a SQLite queue must be normal or full',
  ],
  'with a misspelt option': [
    (folder) => ({ path: join(folder, 'q'), synchronos: 'full' }),
    'The connection of a SQLite queue has no option synchronos',
  ],
  'with a time that is none': [
    (folder) => ({ path: join(folder, 'q'), busyTimeoutMs: Number.NaN }),
    'The option busyTimeoutMs of a SQLite queue must be a number of milliseconds',
  ],
  'with a negative time': [
    (folder) => ({ path: join(folder, 'q'), busyTimeoutMs: -1 }),
    'The option busyTimeoutMs of a SQLite queue must be a number of milliseconds',
  ],
  'with too long a name': [(folder) => ({ path: join(folder, 'x'.repeat(250)) }), 'is too long a name'],
  'with too long a path': [(folder) => ({ path: join(folder, 'x/'.repeat(260), 'q') }), 'is too long a name'],
  'that is a device': [() => ({ path: '/dev/null' }), '/dev/null is not a regular file'],
  'that is a folder': [(folder) => ({ path: folder }), /is a folder: name a file in it$/],
}
for (const [what, [connection, told]] of Object.entries(wrong)) {
  test(`a connection ${what} is refused in a sentence, and nothing is made`, async () => {
    await using folder = await temporaryFolder()
    expect(() => open(connection(folder.path))).toThrow(told)
    expect(await readdir(folder.path)).toEqual([])
  })
}

test('a queue in memory is refused as a setting, too', async () => {
  const { code, stderr } = await runProgram(serverProgram, [], { QUEUE_URL: 'sqlite::memory:' })
  expect([code, stderr]).toEqual([2, expect.stringContaining('QUEUE_URL must be sqlite: and the path of a file')])
})

test('names with blanks, signs and other letters are names', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a b é 日本 #1?x=1%20&.sqlite')
  const queue = open({ path, busyTimeoutMs: undefined })
  expect((await queue.add('letter', {})).id).toBe('1')
  await queue.close()
  expect(await readdir(folder.path)).toEqual(['a b é 日本 #1?x=1%20&.sqlite'])
})

test('who asks for durability gets it, also on a file that is open already', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const first = open({ path })
  await first.add('letter', {})
  expect(await first.getBackend().inspectFile()).toMatchObject({ synchronous: 'normal' })
  const second = open({ path, synchronous: 'full' })
  expect(await first.getBackend().inspectFile()).toMatchObject({ synchronous: 'full' })
  const third = open({ path, synchronous: 'normal' })
  expect(await third.getBackend().inspectFile()).toMatchObject({ synchronous: 'full' })
  for (const queue of [first, second, third]) await queue.close()
})

test('a link to a file that is not made yet leads to one file, with its log beside it', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  const link = join(folder.path, 'link.sqlite')
  await symlink('data/queue.sqlite', link)
  const queue = open({ path: link })
  await queue.add('letter', {})
  const again = open({ path: link })
  expect(await again.getWaitingCount()).toBe(1)
  expect(await readdir(folder.path)).toEqual(['data', 'link.sqlite'])
  expect((await readdir(join(folder.path, 'data'))).toSorted()).toContain('queue.sqlite-wal')
  await queue.close()
  await again.close()
  expect(await readlink(link)).toBe('data/queue.sqlite')
})

test('a link that leads to itself is refused', async () => {
  await using folder = await temporaryFolder()
  const link = join(folder.path, 'link.sqlite')
  await symlink('link.sqlite', link)
  expect(() => open({ path: link })).toThrow('cannot be opened')
})
