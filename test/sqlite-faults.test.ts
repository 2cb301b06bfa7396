import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'

const { Queue } = withBackend(createSqliteBackend)

const storeCheck = async (mcp: McpClient, name = 'queue_sqlite') => {
  const { report } = await mcp.health()
  return report.checks.find((check) => check.name === name)
}

test('while another program holds the file locked, callers are told and nothing is lost; then all goes on', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))

  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  await eventually(async () => {
    expect(await storeCheck(mcp, 'store_writable')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('locked'),
    })
  })
  const refused = await mcp.call('start_export', { format: 'csv' })
  expect(refused.isError).toBe(true)
  other.exec('ROLLBACK')
  other.close()
  await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
  await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
})

test('a file that is deleted under the program is told, and nothing is written into nowhere', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
  await rename(file, `${file}.gone`)
  await eventually(async () => {
    expect(await storeCheck(mcp)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('deleted or replaced'),
    })
  })
  expect((await mcp.call('start_export', { format: 'csv' })).isError).toBe(true)
  await rename(`${file}.gone`, file)
  await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
})

test('a log that is deleted under the program is told, and what it held is there after a stop and a start', async () => {
  await using folder = await temporaryFolder()
  const env = { DATA_DIR: folder.path, ROLE: 'server' }
  let jobId = ''
  {
    await using program = await startProgram(env)
    await using mcp = await connectHttp(program.url)
    jobId = await mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
    await rm(join(folder.path, 'queue.sqlite-wal'))
    await eventually(async () => {
      expect(await storeCheck(mcp)).toMatchObject({ status: 'fail', message: expect.stringContaining('the log') })
    })
    expect((await mcp.call('start_export', { format: 'csv' })).isError).toBe(true)
    expect(await program.stop()).toBe(0)
  }
  await using program = await startProgram({ ...env, ROLE: 'all' })
  await using mcp = await connectHttp(program.url)
  await mcp.finishedExport(jobId)
})

const unusable: Record<string, [(file: string) => Promise<unknown>, string]> = {
  'is no database': [
    (file) => writeFile(file, 'this is a text and not a database '.repeat(40)),
    'not a SQLite database',
  ],
  'lies in a folder that is missing': [(file) => rm(join(file, '..'), { recursive: true }), 'cannot be opened'],
  'was made by a newer program': [
    async (file) => {
      const queue = new Queue('mail', { connection: { path: file } })
      await queue.waitUntilReady()
      await queue.close()
      const db = new DatabaseSync(file)
      db.exec('PRAGMA user_version = 999')
      db.close()
    },
    'schema version 999, this program knows up to 6: use the newer program.\n',
  ],
}
for (const [what, [spoil, told]] of Object.entries(unusable)) {
  test(`a queue file that ${what} is refused at the start in one sentence`, async () => {
    await using folder = await temporaryFolder()
    await using data = await temporaryFolder()
    const file = join(folder.path, 'queue.sqlite')
    await spoil(file)
    const env = { DATA_DIR: data.path, QUEUE_URL: `sqlite:${file}`, PORT: '0' }
    const { code, stdout, stderr } = await runProgram(serverProgram, [], env)
    expect(stderr).toContain(told)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
}

test('damage in the middle of the file is found by the check, and a backup is sound', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  const queue = new Queue('mail', { connection: { path: file } })
  await queue.addBulk(Array.from({ length: 500 }, (_, at) => ({ name: 'letter', data: { at, text: 'x'.repeat(200) } })))
  const backup = join(folder.path, 'backup.sqlite')
  const store = (args: string[], path = file) =>
    runProgram(serverProgram, ['store', ...args], { QUEUE_URL: `sqlite:${path}` })
  // While the queue is open and being written to.
  expect(await store(['backup', backup])).toMatchObject({ code: 0 })
  await queue.add('letter', {})
  expect(await store(['backup', backup])).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') })
  expect(await store(['check'])).toMatchObject({ code: 0, stdout: 'The queue file is sound.\n' })
  await queue.close()

  const bytes = await readFile(file)
  bytes.fill(0xa5, 4096 * 20, 4096 * 24)
  await writeFile(file, bytes)
  expect(await store(['check'])).toMatchObject({
    code: expect.any(Number),
    stdout: expect.not.stringContaining('sound'),
  })
  expect((await store(['check'])).code).not.toBe(0)
  expect(await store(['check'], backup)).toMatchObject({ code: 0 })
  const restored = new Queue('mail', { connection: { path: backup } })
  expect(await restored.getWaitingCount()).toBe(500)
  await restored.close()
})

test('counts that do not agree with the jobs are found by the check', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  const queue = new Queue('mail', { connection: { path: file } })
  await queue.add('letter', {})
  await queue.close()
  const db = new DatabaseSync(file)
  db.exec('UPDATE queue SET waiting = 5; DELETE FROM payload')
  db.exec(`INSERT INTO log VALUES (99, 1, 'lost')`)
  db.close()
  const { code, stdout } = await runProgram(serverProgram, ['store', 'check'], { QUEUE_URL: `sqlite:${file}` })
  expect(code).toBe(1)
  expect(stdout).toContain('Queue bull:mail counts 5 waiting jobs, but has 1.')
  expect(stdout).toContain('1 rows of log belong to no job.')
})
