import { execFileSync } from 'node:child_process'
import { chmod, chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { immutable, noImmutable } from './support/immutable-file.ts'
import { connectHttp } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'
import { noSmallDisk, smallDisk } from './support/small-disk.ts'
import { noOtherUser, noService, service } from './support/users.ts'

const { Queue } = withBackend(createSqliteBackend)

const orNot = (reason: string | false) => (reason ? ` (${reason})` : '')

/** A queue file of the service's, in a folder of its own, and a place for its data. */
async function serviceFile() {
  const folder = await temporaryFolder()
  const data = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const queue = new Queue('mail', { connection: { path } })
  await queue.add('letter', {})
  await queue.close()
  for (const owned of [folder.path, data.path, path]) await chown(owned, service.uid, service.gid)
  return {
    path,
    folder: folder.path,
    env: { DATA_DIR: data.path, QUEUE_URL: `sqlite:${path}`, PORT: '0' },
    async [Symbol.asyncDispose]() {
      await chmod(folder.path, 0o700)
      await folder[Symbol.asyncDispose]()
      await data[Symbol.asyncDispose]()
    },
  }
}

type ServiceFile = Awaited<ReturnType<typeof serviceFile>>

/** The one sentence with which a start is refused. */
async function refusedStart({ env }: Pick<ServiceFile, 'env'>, user?: typeof service): Promise<string> {
  const { code, stdout, stderr } = await runProgram(serverProgram, [], env, user)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trim().split('\n')).toHaveLength(1)
  return stderr.trim()
}

describe.skipIf(noService)(`permissions${orNot(noService)}`, () => {
  test('a queue file that may not be written is named at the start, and nothing is left beside it', async () => {
    await using file = await serviceFile()
    await chmod(file.path, 0o444)
    expect(await refusedStart(file, service)).toBe(
      `queue-ops: QUEUE_URL: ${file.path} (owner ${service.uid}, mode 444) cannot be written by user ${service.uid}: let this user write it.`,
    )
    expect(await readdir(file.folder)).toEqual(['queue.sqlite'])
    await chmod(file.path, 0o600)
    await using _program = await startProgram(file.env, service)
  })

  test('a folder that may not be written is named at the start', async () => {
    await using file = await serviceFile()
    await chmod(file.folder, 0o555)
    expect(await refusedStart(file, service)).toBe(
      `queue-ops: QUEUE_URL: ${file.folder} (owner ${service.uid}, mode 555) cannot be written by user ${service.uid}: let this user make queue.sqlite and its log in it.`,
    )
    await chmod(file.folder, 0o700)
    await using _program = await startProgram(file.env, service)
  })

  test('a running server goes on when file and folder are made read-only, since it has them open', async () => {
    await using file = await serviceFile()
    await using program = await startProgram(file.env, service)
    await using mcp = await connectHttp(program.url)
    await chmod(file.path, 0o444)
    await chmod(file.folder, 0o555)
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    expect((await mcp.health()).report.checks.find(({ name }) => name === 'queue_sqlite')).toMatchObject({ ok: true })
  })
})

describe.skipIf(noOtherUser)(`two users${orNot(noOtherUser)}`, () => {
  test('a log that another user left is named at the start with what to do, and after that all goes on', async () => {
    await using file = await serviceFile()
    const crashed = new Queue('mail', { connection: { path: file.path } })
    await crashed.add('letter', {})
    const log = [`${file.path}-wal`, `${file.path}-shm`]
    for (const left of log) {
      await chown(left, 0, 0)
      await chmod(left, 0o644)
    }
    const named = log.map((left) => `${left} (owner 0, mode 644)`).join(' and ')
    const remedy = ['--reference=' + file.path, ...log]
    expect(await refusedStart(file, service)).toBe(
      `queue-ops: QUEUE_URL: ${named} cannot be written by user ${service.uid}: do not delete what may hold jobs, but end all that use the queue file and run chown ${remedy.join(' ')}.`,
    )
    execFileSync('chown', remedy)
    await using program = await startProgram(file.env, service)
    await using mcp = await connectHttp(program.url)
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    expect(await crashed.getWaitingCount()).toBe(2)
    await crashed.close()
  })

  test('a check by root leaves nothing that the service could not write, whether the queue is in use or not', async () => {
    await using file = await serviceFile()
    const check = () => runProgram(serverProgram, ['store', 'check'], file.env)
    expect(await check()).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
    expect(await readdir(file.folder)).toEqual(['queue.sqlite'])
    await using program = await startProgram(file.env, service)
    expect(await check()).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
    await using mcp = await connectHttp(program.url)
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    await program.stop('SIGKILL')
    expect(await check()).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
    await using _again = await startProgram(file.env, service)
  })

  test('a check by somebody who may only read leaves nothing behind', async () => {
    await using file = await serviceFile()
    await chmod(file.folder, 0o777)
    await chmod(file.path, 0o644)
    const stranger = { uid: service.uid - 1, gid: service.gid - 1 }
    expect(await runProgram(serverProgram, ['store', 'check'], file.env, stranger)).toMatchObject({ code: 0 })
    expect(await readdir(file.folder)).toEqual(['queue.sqlite'])
  })
})

describe.skipIf(noSmallDisk)(`file systems${orNot(noSmallDisk)}`, () => {
  test('a file system that is mounted read-only is told at the start, of a file that is there and of one that is not', async () => {
    using disk = smallDisk(4)
    await using data = await temporaryFolder()
    const path = join(disk.path, 'queue.sqlite')
    const env = { DATA_DIR: data.path, QUEUE_URL: `sqlite:${path}`, PORT: '0' }
    const told = `queue-ops: QUEUE_URL: ${path} is on a file system that is mounted read-only: mount it writable.`
    disk.remount('ro')
    expect(await refusedStart({ env })).toBe(told)
    disk.remount('rw')
    const queue = new Queue('mail', { connection: { path } })
    await queue.add('letter', {})
    await queue.close()
    disk.remount('ro')
    expect(await refusedStart({ env })).toBe(told)
    expect(await runProgram(serverProgram, ['store', 'check'], env)).toMatchObject({ code: 0 })
    disk.remount('rw')
    await using _program = await startProgram(env)
  })
})

test.skipIf(noImmutable)(
  `a log that cannot be written any more is named, and all goes on when it can be${orNot(noImmutable)}`,
  async () => {
    await using folder = await temporaryFolder()
    const log = join(folder.path, 'queue.sqlite-wal')
    await using program = await startProgram({ DATA_DIR: folder.path })
    await using mcp = await connectHttp(program.url)
    await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
    {
      using _locked = immutable(log)
      const refused = await mcp.call('start_export', { format: 'csv' })
      expect(refused.isError).toBe(true)
      const told = JSON.stringify(refused.content)
      expect(told).toContain('the server cannot write the queue file, its log or their folder')
      expect(told).not.toContain(folder.path)
      await eventually(() =>
        expect(JSON.stringify(program.log())).toMatch(
          /queue\.sqlite-wal \(owner 0, mode \d+\) cannot be written by user 0/,
        ),
      )
    }
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
  },
)
