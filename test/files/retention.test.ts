import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createOrders } from '../support/dataset-files.ts'
import { eventually } from '../support/eventually.ts'
import { exportsIn } from '../support/exports-folder.ts'
import { connectHttp } from '../support/mcp-client.ts'
import { makeOld, writeOld } from '../support/old-files.ts'
import { startProgram, temporaryFolder, type Program } from '../support/program.ts'

const HOURS = 60
const MB = 1024 * 1024

/** Starts a worker and waits until its first sweep has deleted all that it has to. */
async function sweep(env: Record<string, string>, deletions: string[]): Promise<Program> {
  const worker = await startProgram({ ROLE: 'worker', ...env })
  await eventually(() => expect(deleted(worker)).toEqual(deletions))
  return worker
}

const deleted = (worker: Program) =>
  worker.log().flatMap(({ event, file }) => (event === 'export_deleted' ? [file] : []))

function exportsFolder(dataDir: string): string {
  const folder = join(dataDir, 'exports')
  mkdirSync(folder, { recursive: true })
  return folder
}

test('files older than the limit go, and the status says so instead of giving a dead link', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  const [oldJob, newJob] = [await mcp.startExport({ format: 'csv' }), await mcp.startExport({ format: 'csv' })]
  const old = await mcp.finishedExport(oldJob)
  const recent = await mcp.finishedExport(newJob)
  makeOld(exportsFolder(folder.path), old.file, 24 * HOURS + 1)
  makeOld(exportsFolder(folder.path), recent.file, 24 * HOURS - 1)
  await using _worker = await sweep({ DATA_DIR: folder.path, EXPORT_MAX_AGE_HOURS: '24' }, [old.file])

  expect((await mcp.exportStatus(oldJob)).result).toMatchObject({
    rows: old.rows,
    download_url: null,
    file_problem: expect.stringMatching(/^The file was deleted: exported files are kept for a limited time\./),
  })
  const gone = await fetch(old.download_url)
  expect({ status: gone.status, body: await gone.json() }).toEqual({
    status: 404,
    body: { error: expect.stringMatching(/not any more: exported files are kept for a limited time\./) },
  })
  expect((await mcp.exportStatus(newJob)).result).toMatchObject({
    download_url: recent.download_url,
    file_problem: null,
  })
  expect((await fetch(recent.download_url)).status).toBe(200)
})

test('when the files are too many megabytes the oldest go, and nothing that is not ours', async () => {
  await using folder = await temporaryFolder()
  const files = exportsFolder(folder.path)
  for (const [name, age] of [
    ['1.csv', 9],
    ['2.json', 8],
    ['3.xlsx', 7],
    ['4.csv', 6],
  ] as const) {
    writeOld(files, name, age * HOURS, Buffer.alloc(MB))
  }
  writeOld(files, 'backup.csv', 99 * HOURS, Buffer.alloc(9 * MB))
  await using _worker = await sweep({ DATA_DIR: folder.path, EXPORT_MAX_TOTAL_MB: '2' }, ['1.csv', '2.json'])
  expect((await exportsIn(files)).toSorted()).toEqual(['3.xlsx', '4.csv', 'backup.csv'])
})

test('0 keeps files for ever', async () => {
  await using folder = await temporaryFolder()
  const files = exportsFolder(folder.path)
  writeOld(files, '1.csv', 100_000 * HOURS)
  // Its time is over: when it is gone, the sweep is through.
  writeOld(files, '.1.csv.lease', 100_000 * HOURS)
  await using _worker = await sweep({ DATA_DIR: folder.path, EXPORT_MAX_AGE_HOURS: '0' }, ['.1.csv.lease'])
  expect(await exportsIn(files)).toContain('1.csv')
})

test('a slow download keeps its file through a sweep of another instance, and can be gone on with after it broke off', async () => {
  await using folder = await temporaryFolder()
  const files = exportsFolder(folder.path)
  const content = Buffer.alloc(30 * MB, 'some rows\r\n')
  writeOld(files, '1.csv', 50 * HOURS, content)
  writeOld(files, '2.csv', 40 * HOURS)
  await using server = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  const slow = await beginDownload(`${server.url}/exports/1.csv`)
  makeOld(files, '.1.csv.lease', 61)
  await eventually(() => expect(statSync(join(files, '.1.csv.lease')).mtimeMs).toBeGreaterThan(Date.now() - 60_000))
  await using _worker = await sweep({ DATA_DIR: folder.path, EXPORT_MAX_AGE_HOURS: '1' }, ['2.csv'])
  expect(existsSync(join(files, '1.csv'))).toBe(true)

  slow.destroy()
  const resumed = await fetch(`${server.url}/exports/1.csv`, { headers: { range: `bytes=${MB}-` } })
  expect(resumed.status).toBe(206)
  expect(Buffer.from(await resumed.arrayBuffer()).equals(content.subarray(MB))).toBe(true)

  // An hour after it was last read it is like any other.
  makeOld(files, '.1.csv.lease', 61)
  await using _later = await sweep({ DATA_DIR: folder.path, EXPORT_MAX_AGE_HOURS: '1' }, ['1.csv', '.1.csv.lease'])
  expect(await exportsIn(files)).toEqual([])
})

test('several sweepers at once do no harm', async () => {
  await using folder = await temporaryFolder()
  const files = exportsFolder(folder.path)
  for (let id = 1; id <= 300; id++) writeOld(files, `${id}.csv`, id > 200 ? 1 : 48 * HOURS)
  const workers = await Promise.all(
    [1, 2, 3].map(() => startProgram({ DATA_DIR: folder.path, ROLE: 'worker', EXPORT_MAX_AGE_HOURS: '24' })),
  )
  await using stack = new AsyncDisposableStack()
  for (const worker of workers) stack.use(worker)
  await eventually(async () => expect(await exportsIn(files)).toHaveLength(100))
  for (const worker of workers) {
    expect(await worker.stop()).toBe(0)
    expect(worker.log().filter(({ event }) => event === 'sweep_failed')).toEqual([])
  }
  expect(await exportsIn(files)).toHaveLength(100)
})

test('a finished file goes to a folder on another disk, too', async () => {
  await using folder = await temporaryFolder()
  // Shared memory is a disk of its own wherever there is one.
  await using elsewhere = await temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined)
  const target = join(elsewhere.path, 'finished')
  await using program = await startProgram({ DATA_DIR: folder.path, EXPORT_FILES: `file:${target}` })
  await using mcp = await connectHttp(program.url)
  const { file, download_url: url, bytes } = await mcp.finishedExport(await mcp.startExport({ format: 'csv' }))
  expect(await exportsIn(target)).toEqual([file])
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(bytes)
  expect(await exportsIn(exportsFolder(folder.path))).toEqual([])
  // What a publisher that died has left there.
  writeOld(target, `.${file}.0aa1bcde-0000-4000-8000-000000000000.copy`, 25 * HOURS)
  writeFileSync(join(target, `.${file}.0aa1bcde-0000-4000-8000-000000000001.copy`), '')
  await using _worker = await startProgram({ DATA_DIR: folder.path, EXPORT_FILES: `file:${target}`, ROLE: 'worker' })
  await eventually(async () =>
    expect((await exportsIn(target)).filter((name) => name.endsWith('.copy'))).toEqual([
      `.${file}.0aa1bcde-0000-4000-8000-000000000001.copy`,
    ]),
  )
})

/** Asks for a file and reads no more than its beginning. */
async function beginDownload(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url), 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  response.pause()
  expect(response.statusCode).toBe(200)
  return response
}

test('results of a schedule whose jobs are gone go too, down to what it keeps', async () => {
  await using folder = await temporaryFolder()
  const exports = exportsFolder(folder.path)
  const datasetsFile = join(folder.path, 'datasets.yaml')
  createOrders(join(folder.path, 'shop.sqlite'))
  writeFileSync(
    datasetsFile,
    `datasets: [{ name: orders, source: "sqlite:./shop.sqlite", table: orders }]
schedules: [{ name: yearly, cron: "0 0 1 1 *", keep: 2, dataset: orders, format: csv }]`,
  )
  const result = (schedule: string, year: number) => `${schedule}-${year}0101T000000Z-${'a'.repeat(32)}.csv`
  // The oldest was published last: what counts is when they were due.
  for (const [at, year] of [2023, 2026, 2025, 2024].entries()) {
    writeOld(exports, result('yearly', year), (10 + at) * HOURS)
    writeOld(exports, result('not-listed', year), (10 + at) * HOURS)
  }
  const settings = { DATA_DIR: folder.path, DATASETS_FILE: datasetsFile, EXPORT_MAX_AGE_HOURS: '0' }
  await using _worker = await sweep(settings, [result('yearly', 2024), result('yearly', 2023)])
  expect((await exportsIn(exports)).filter((name) => name.startsWith('yearly'))).toEqual([
    result('yearly', 2025),
    result('yearly', 2026),
  ])
  expect((await exportsIn(exports)).filter((name) => name.startsWith('not-listed'))).toHaveLength(4)
})
