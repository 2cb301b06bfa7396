import { readdirSync, readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { readers } from './support/readers.ts'

// What ends an export of a SQLite file in which SQLite computes and computes and gives no row.

const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c'

/** A table whose one row takes a quarter of an hour to compute: at each of 20,000,000 places a million zeros are compared. */
const longRow = `CREATE TABLE stuck (i INTEGER); INSERT INTO stuck VALUES (0);
  ALTER TABLE stuck ADD COLUMN g AS (instr(hex(zeroblob(10000000 + i)), hex(zeroblob(500000)) || '1'))`

async function datasets(folder: string, timeoutS = 3600) {
  const path = join(folder, 'data.sqlite')
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE orders (i INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1); ${longRow};
    CREATE VIEW seen AS ${endless}`)
  db.close()
  const file = join(folder, 'datasets.yaml')
  const source = `source: sqlite:${path}, timeout_s: ${timeoutS}`
  await writeFile(
    file,
    `datasets:
  - { name: endless, ${source}, query: '${endless}' }
  - { name: seen, ${source}, table: seen }
  - { name: stuck, ${source}, table: stuck }
  - { name: orders, ${source}, table: orders }
`,
  )
  return { path, settings: { DATA_DIR: folder, DATASETS_FILE: file } }
}

type Program = Awaited<ReturnType<typeof startProgram>>

const computing = (program: Program, count = 1) =>
  eventually(() => expect(readers(program.process.pid)).toHaveLength(count))

const begun = async (mcp: McpClient, dataset: string) => {
  const jobId = await mcp.startExport({ dataset, format: 'csv' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('active'))
  return jobId
}

const leftOver = async (folder: string) => readdir(join(folder, 'exports'))

test.skipIf(process.platform !== 'linux').for(['endless', 'seen'])(
  'an export of %s is cancelled, and SQLite stops to compute',
  async (dataset) => {
    await using folder = await temporaryFolder()
    const { settings } = await datasets(folder.path)
    await using program = await startProgram(settings)
    await using mcp = await connectHttp(program.url)
    const jobId = await begun(mcp, dataset)
    await computing(program)
    await mcp.call('cancel_export', { job_id: jobId })
    await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('completed'))
    expect(await mcp.exportStatus(jobId)).toMatchObject({ cancelled: true, result: null })
    await computing(program, 0)
    expect(await leftOver(folder.path)).toEqual([])
    expect(await mcp.finishedExport(await mcp.startExport({ dataset: 'orders', format: 'csv' }))).toMatchObject({
      rows: 1,
    })
  },
)

test.skipIf(process.platform !== 'linux')('time limits of the dataset and of the export end it', async () => {
  await using folder = await temporaryFolder()
  const { settings } = await datasets(folder.path, 1)
  await using program = await startProgram({ ...settings, EXPORT_ATTEMPTS: '1' })
  await using mcp = await connectHttp(program.url)
  const jobId = await mcp.startExport({ dataset: 'endless', format: 'csv' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('failed'))
  expect((await mcp.exportStatus(jobId)).fail_reason).toMatch(/did not answer in time/)
  await computing(program, 0)
  await program.stop()

  await using other = await startProgram({ ...(await limited(settings)), EXPORT_TIMEOUT_MS: '1000' })
  await using client = await connectHttp(other.url)
  const late = await client.startExport({ dataset: 'endless', format: 'csv' })
  await eventually(async () => expect((await client.exportStatus(late)).state).toBe('failed'))
  expect((await client.exportStatus(late)).fail_reason).toMatch(/^The export took longer than 1 s/)
  await computing(other, 0)
})

/** The same datasets, with a time limit that is never reached. */
async function limited(settings: { DATA_DIR: string; DATASETS_FILE: string }) {
  const file = join(settings.DATA_DIR, 'patient.yaml')
  const source = `sqlite:${join(settings.DATA_DIR, 'data.sqlite')}`
  await writeFile(file, `datasets:\n  - { name: endless, source: '${source}', query: '${endless}', timeout_s: 3600 }\n`)
  return { ...settings, DATASETS_FILE: file }
}

test.skipIf(process.platform !== 'linux')(
  'SIGTERM puts it back, and the program and all that computes end',
  async () => {
    await using folder = await temporaryFolder()
    const { settings } = await datasets(folder.path)
    await using program = await startProgram({ ...settings, SHUTDOWN_GRACE_MS: '500' })
    await using mcp = await connectHttp(program.url)
    const jobId = await begun(mcp, 'endless')
    await computing(program)
    const [pid] = readers(program.process.pid)
    expect(await program.stop()).toBe(0)
    expect(program.log().at(-1)).toMatchObject({ event: 'stopped' })
    await eventually(() => expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/))
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using after = await connectHttp(server.url)
    expect(await after.exportStatus(jobId)).toMatchObject({ state: 'waiting', attempts: { made: 0 } })
  },
)

test.skipIf(process.platform !== 'linux')('a program that is killed takes along what computes for it', async () => {
  await using folder = await temporaryFolder()
  const { settings } = await datasets(folder.path)
  await using program = await startProgram(settings)
  await using mcp = await connectHttp(program.url)
  await begun(mcp, 'endless')
  await computing(program)
  const [pid] = readers(program.process.pid)
  await program.stop('SIGKILL')
  await eventually(() => expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/))
})

/** How much a thread besides the main one has computed, in hundredths of a second; Node's own helpers hardly do. */
function busiestThread({ process: { pid } }: Program): number {
  const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== String(pid))
  return Math.max(
    ...threads.map((thread) => {
      const [, fields = ''] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')) ?? []
      return Number(fields.split(' ')[11])
    }),
  )
}

test.skipIf(process.platform !== 'linux')(
  'a program whose thread cannot be ended stops by force, and the export goes back to the queue',
  async () => {
    await using folder = await temporaryFolder()
    const { settings } = await datasets(folder.path)
    await using program = await startProgram({ ...settings, SHUTDOWN_GRACE_MS: '500' })
    await using mcp = await connectHttp(program.url)
    const jobId = await begun(mcp, 'stuck')
    await eventually(() => expect(busiestThread(program)).toBeGreaterThan(100))
    expect(await program.stop()).toBeNull()
    expect(program.process.signalCode).toBe('SIGKILL')
    expect(program.log().at(-1)).toMatchObject({ event: 'stopped', unclean: true, level: 50 })
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using after = await connectHttp(server.url)
    expect(await after.exportStatus(jobId)).toMatchObject({ state: 'waiting', attempts: { made: 0 } })
  },
)

/** Longer than a client would wait for a file that somebody has locked. */
const LOCKED_MS = 3000

test('an export waits for a file that is locked as long as its time limit says', async () => {
  await using folder = await temporaryFolder()
  const { path, settings } = await datasets(folder.path)
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const jobId = await mcp.startExport({ dataset: 'orders', format: 'csv' })
  const db = new DatabaseSync(path)
  db.exec('BEGIN EXCLUSIVE')
  await using _worker = await startProgram({ ...settings, ROLE: 'worker', EXPORT_ATTEMPTS: '1' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('active'))
  // Nothing is to happen in this time.
  await pause(LOCKED_MS)
  expect(await mcp.exportStatus(jobId)).toMatchObject({ state: 'active', attempts: { made: 0 } })
  db.exec('COMMIT')
  db.close()
  expect(await mcp.finishedExport(jobId)).toMatchObject({ rows: 1 })
})
