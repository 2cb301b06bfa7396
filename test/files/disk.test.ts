import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DatabaseSync } from 'node:sqlite'
import { writeDatasetsFile } from '../support/dataset-files.ts'
import { eventually } from '../support/eventually.ts'
import { exportsIn } from '../support/exports-folder.ts'
import { connectHttp, type McpClient } from '../support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from '../support/program.ts'
import { noSmallDisk, smallDisk } from '../support/small-disk.ts'

let source: Awaited<ReturnType<typeof temporaryFolder>>
let datasetsFile: string
beforeAll(async () => {
  source = await temporaryFolder()
  const database = join(source.path, 'numbers.sqlite')
  createNumbersTable(database)
  datasetsFile = await writeDatasetsFile(source.path, 'numbers', database, 'numbers')
})
afterAll(() => source[Symbol.asyncDispose]())

/** An export of 3,000,000 rows, which are 23 MB as CSV, is written to `dataDir`; queue and source are elsewhere. */
async function start(dataDir: string, settings: Record<string, string>) {
  const stack = new AsyncDisposableStack()
  const elsewhere = stack.use(await temporaryFolder())
  const program = stack.use(
    await startProgram({
      QUEUE_URL: `sqlite:${join(elsewhere.path, 'queue.sqlite')}`,
      DATA_DIR: dataDir,
      DATASETS_FILE: datasetsFile,
      EXPORT_ATTEMPTS: '100',
      EXPORT_BACKOFF_MS: '0',
      ...settings,
    }),
  )
  const mcp = stack.use(await connectHttp(program.url))
  return { mcp, program, files: join(dataDir, 'exports'), [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** With a key, so that an attempt can go on behind the rows of the one before. */
function createNumbersTable(database: string) {
  const db = new DatabaseSync(database)
  db.exec(`CREATE TABLE numbers (i INTEGER PRIMARY KEY);
    INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT i FROM n`)
  db.close()
}

const isRefused = (mcp: McpClient, jobId: string, reason: RegExp) =>
  eventually(async () => expect((await mcp.exportStatus(jobId)).fail_reason).toMatch(reason))

/** Waits until the export is completed, fetches its file whole and gives the number of its rows. */
async function rowsFetched(mcp: McpClient, jobId: string): Promise<number> {
  const { rows, bytes, download_url: url } = await mcp.finishedExport(jobId)
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(bytes)
  return rows
}

describe.skipIf(noSmallDisk)(`on a disk of its own${noSmallDisk ? ` (${noSmallDisk})` : ''}`, () => {
  const disks = [
    {
      which: 'that is full',
      megabytes: 12,
      minFree: 0,
      reason:
        /^The export file cannot be written: the disk is full\. Let the operator make room there, or ask for less/,
    },
    {
      which: 'that has too little room from the start',
      megabytes: 30,
      minFree: 100,
      reason:
        /^The export file cannot be written: (29|30) MB are free on the worker's disk, of which 100 MB have to stay free \(EXPORT_MIN_FREE_MB\)\. Let the operator make room there, or ask for less/,
    },
    {
      which: 'that would have too little room in the end',
      megabytes: 40,
      minFree: 25,
      reason:
        /^The export file cannot be written: (1\d|2[0-4]) MB are free on the worker's disk, of which 25 MB have to stay free/,
    },
  ]
  for (const { which, megabytes, minFree, reason } of disks) {
    test(`${which}, an export fails with a sentence and leaves nothing there`, async () => {
      using disk = smallDisk(megabytes)
      await using test = await start(disk.path, { EXPORT_MIN_FREE_MB: String(minFree), EXPORT_BACKOFF_MS: '86400000' })
      const jobId = await test.mcp.startExport({ format: 'csv' })
      await isRefused(test.mcp, jobId, reason)
      expect(await test.mcp.exportStatus(jobId)).toMatchObject({ state: 'delayed', attempts: { made: 1, max: 100 } })
      expect(await exportsIn(test.files)).toEqual([])
    })

    test(`${which}, the export is finished once there is room`, async () => {
      using disk = smallDisk(megabytes)
      await using test = await start(disk.path, { EXPORT_MIN_FREE_MB: String(minFree) })
      const jobId = await test.mcp.startExport({ format: 'csv' })
      await isRefused(test.mcp, jobId, reason)
      disk.resize(400)
      expect(await rowsFetched(test.mcp, jobId)).toBe(3_000_000)
    })
  }

  test('that is read-only, the export says so and is finished once it is not', async () => {
    using disk = smallDisk(400)
    await using test = await start(disk.path, {})
    disk.remount('ro')
    const jobId = await test.mcp.startExport({ format: 'csv' })
    await isRefused(test.mcp, jobId, /^The export file cannot be written: its folder is read-only\. Let the operator/)
    disk.remount('rw')
    expect(await rowsFetched(test.mcp, jobId)).toBe(3_000_000)
  })

  test('that becomes full when the finished file is copied there, the file is not written a second time', async () => {
    using disk = smallDisk(12)
    await using folder = await temporaryFolder()
    await using test = await start(folder.path, { EXPORT_FILES: `file:${join(disk.path, 'finished')}` })
    const jobId = await test.mcp.startExport({ format: 'csv' })
    await isRefused(test.mcp, jobId, /^The export file cannot be written: the disk is full\./)
    disk.resize(400)
    expect(await rowsFetched(test.mcp, jobId)).toBe(3_000_000)
    expect((await test.mcp.exportStatus(jobId)).result?.resumed_rows).toBe(3_000_000)
    expect((await exportsIn(join(disk.path, 'finished'))).filter((name) => !name.endsWith('.lease'))).toEqual([
      `${jobId}.csv`,
    ])
    expect(await exportsIn(test.files)).toEqual([])
  })
})

test('when the folder is gone the export says so, and is finished once it is back', async () => {
  await using folder = await temporaryFolder()
  await using test = await start(folder.path, {})
  rmSync(test.files, { recursive: true })
  const jobId = await test.mcp.startExport({ format: 'csv' })
  await isRefused(
    test.mcp,
    jobId,
    /^The export file cannot be written: its folder is gone\. Let the operator put it back\.$/,
  )
  mkdirSync(test.files)
  expect(await rowsFetched(test.mcp, jobId)).toBe(3_000_000)
})

test('a worker whose folder cannot be written to does not start', async () => {
  await using folder = await temporaryFolder()
  writeFileSync(join(folder.path, 'exports'), '')
  const env = { DATA_DIR: folder.path, ROLE: 'worker' }
  const mistakes: [Record<string, string>, RegExp][] = [
    [
      { EXPORT_FILES: `file:${join(folder.path, 'elsewhere')}` },
      /^queue-ops: DATA_DIR: the folder .* cannot be written to/,
    ],
    [{}, /^queue-ops: EXPORT_FILES: the folder .* cannot be used \(EEXIST\)\./],
  ]
  for (const [more, sentence] of mistakes) {
    const { code, stderr } = await runProgram(serverProgram, [], { ...env, ...more })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(sentence) })
  }
})
