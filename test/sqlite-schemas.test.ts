import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { runProgram, serverProgram, temporaryFolder } from './support/program.ts'

const { Queue, Worker } = withBackend(createSqliteBackend)
const schemas = new URL('schemas/', import.meta.url)
const versions = (await readdir(schemas)).flatMap((file) => /^version-(\d+)\.sql$/.exec(file)?.[1] ?? []).map(Number)

const versionOf = (path: string) => {
  const db = new DatabaseSync(path, { readOnly: true })
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  db.close()
  return version
}

async function emptyFile() {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function migratedVersion(path: string) {
  const queue = new Queue('work', { connection: { path } })
  await queue.waitUntilReady()
  await queue.close()
  return versionOf(path)
}

test('there is a file of every version of the schema, made by test/schemas/make.ts', async () => {
  await using file = await emptyFile()
  const current = await migratedVersion(file.path)
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: current }, (_, at) => at + 1))
})

for (const version of versions) {
  test(`a queue file of schema version ${version} is migrated, and all that it holds goes on`, async () => {
    await using file = await emptyFile()
    const old = new DatabaseSync(file.path)
    const dump = await readFile(new URL(`version-${version}.sql`, schemas), 'utf8')
    old.exec(dump)
    old.close()
    await using fresh = await emptyFile()
    expect(await migratedVersion(file.path)).toBe(await migratedVersion(fresh.path))

    const queue = new Queue('work', { connection: file })
    expect(await queue.getJob('1')).toMatchObject({ name: 'completed', data: { rows: 1 }, returnvalue: 'result' })
    expect(await queue.getJobLogs('1')).toEqual({ logs: ['a line'], count: 1 })
    expect(await queue.getJob('2')).toMatchObject({ failedReason: 'broken', stacktrace: [expect.any(String)] })
    expect(await queue.getDeduplicationJobId('one')).toBe('chosen')
    expect(await queue.getGlobalConcurrency()).toBe(50)
    expect(await queue.getJobScheduler('tick')).toMatchObject({ every: 60_000 })
    const kept = { keptMs: Number.MAX_SAFE_INTEGER, most: 10 }
    const before = await queue.getBackend().readNotes(kept.keptMs)
    expect(before).toMatchObject(
      !dump.includes('CREATE TABLE note')
        ? { notes: [], tallies: {} }
        : { notes: [{ name: 'worker', text: '{}' }], tallies: { canaries: 1 } },
    )
    await queue.getBackend().writeNote('worker', '{"new":1}', kept)
    await queue.getBackend().tally('canaries')
    expect(await queue.getBackend().readNotes(kept.keptMs)).toMatchObject({
      notes: [{ name: 'worker', text: '{"new":1}' }],
      tallies: { canaries: (before.tallies['canaries'] ?? 0) + 1 },
    })
    const operation = await queue.getBackend().tallyDeadLetters('operation')
    const begun = { chosen: 1, done: 0, gone: 0, kept: 0, left: 1 }
    expect(operation).toEqual(dump.includes('CREATE TABLE operation') ? begun : null)
    const bounds = { keptMs: kept.keptMs, begunKeptMs: kept.keptMs, makingMs: kept.keptMs, lists: 1, deaths: 1 }
    if (!operation) await queue.getBackend().chooseAllDeadLetters('operation', 10, bounds, 0)
    expect(await queue.getBackend().retryDeadLetters('operation', 10)).toMatchObject({ done: 1, left: 0 })
    const told: unknown[] = []
    const worker = new Worker('work', async (job) => void told.push(job.data.text?.length), {
      connection: file,
      stalledInterval: 100,
    })
    const names = async () => new Set((await queue.getCompleted()).map((job) => job.name))
    const all = [
      'active',
      'child',
      'chosen',
      'completed',
      'delayed',
      'failed',
      'parent',
      'prioritized',
      'tick',
      'waiting',
    ]
    await eventually(async () => expect([...(await names())].toSorted()).toEqual(all))
    expect(told).toContain(3000)
    await worker.close()
    await queue.close()
    const check = await runProgram(serverProgram, ['store', 'check'], { QUEUE_URL: `sqlite:${file.path}` })
    expect(check.stdout).toBe('The queue file is sound.\n')
  })
}
