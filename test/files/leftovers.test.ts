import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeDatasetsFile } from '../support/dataset-files.ts'
import { eventually } from '../support/eventually.ts'
import { exportsIn } from '../support/exports-folder.ts'
import { connectHttp } from '../support/mcp-client.ts'
import { writeOld } from '../support/old-files.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { stores } from '../support/stores.ts'

const uuid = (digit: number) => `0aa1bcde-0000-4000-8000-00000000000${digit}`

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, what dead workers have left of jobs that are over is removed, of others it stays`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const files = join(folder.path, 'exports')
    const env = {
      QUEUE_URL: store.url,
      DATA_DIR: folder.path,
      DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', join(folder.path, 'absent.sqlite'), 'orders'),
    }
    await using program = await startProgram({ ...env, EXPORT_BACKOFF_MS: '86400000' })
    await using mcp = await connectHttp(program.url)
    const start = (settings = {}) => mcp.startExport({ format: 'csv', ...settings })
    const inState = (jobId: string, state: string) =>
      eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe(state))

    const delayed = await start()
    await inState(delayed, 'delayed')
    await using other = await startProgram({ ...env, EXPORT_ATTEMPTS: '1' })
    await using once = await connectHttp(other.url)
    const failed = await once.startExport({ format: 'csv' })
    await inState(failed, 'failed')
    await program.stop()
    await other.stop()

    const leftBy = (jobId: string) => [`.${jobId}.${uuid(1)}.part`, `.${jobId}.checkpoint`]
    const old = 3 * 24 * 60
    for (const name of leftBy(delayed)) writeOld(files, name, old)
    for (const name of leftBy(failed)) writeOld(files, name, 0)
    for (const name of leftBy(uuid(7))) writeOld(files, name, 11)
    for (const name of leftBy(uuid(8))) writeOld(files, name, 1)
    for (const name of ['.DS_Store', 'notes.part', `.x.${uuid(1)}.txt`]) writeOld(files, name, old)
    writeOld(files, `.trial.${uuid(1)}.part`, old)
    const kept = [...leftBy(delayed), ...leftBy(uuid(8)), '.DS_Store', 'notes.part', `.x.${uuid(1)}.txt`]

    await using _worker = await startProgram({ ...env, ROLE: 'worker' })
    await eventually(async () => expect((await exportsIn(files)).toSorted()).toEqual(kept.toSorted()))
  })
}

test('an object storage that is away does not keep the disk from being swept', async () => {
  await using folder = await temporaryFolder()
  const files = join(folder.path, 'exports')
  mkdirSync(files)
  writeOld(files, `.${uuid(1)}.checkpoint`, 60)
  await using worker = await startProgram({
    DATA_DIR: folder.path,
    ROLE: 'worker',
    EXPORT_FILES: 's3://bucket?endpoint=http://127.0.0.1:1&path_style=true',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  })
  await eventually(async () => expect(await exportsIn(files)).toEqual([]))
  await eventually(() => expect(worker.log()).toContainEqual(expect.objectContaining({ event: 'sweep_failed' })))
})
