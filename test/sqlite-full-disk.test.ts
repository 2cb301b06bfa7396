import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'
import { noSmallDisk, smallDisk } from './support/small-disk.ts'

const { Queue, Worker } = withBackend(createSqliteBackend)

const FULL = /^the disk with the queue file (?:\S+ )?is full, make (at least \d+ MB of )?room on it/
const KB = 1024

describe.skipIf(noSmallDisk)(`on a disk that gets full${noSmallDisk ? ` (${noSmallDisk})` : ''}`, () => {
  test('adds are refused in a sentence, nothing acknowledged is lost, and all goes on once a little room is made', async () => {
    using disk = smallDisk(4)
    const connection = { path: join(disk.path, 'queue.sqlite') }
    const queue = new Queue('work', { connection })
    const runs = new Map<string, number>()
    const worker = new Worker('work', async (job) => void runs.set(job.data.name, (runs.get(job.data.name) ?? 0) + 1), {
      connection,
      concurrency: 5,
      runRetryDelay: 100,
      // A job that cannot be told to be done while there is no room must not be taken for stalled.
      lockDuration: 600_000,
    })
    worker.on('error', () => undefined)
    const producer = produce(queue)

    // The log has taken most of the disk when it is full, so that what the filler frees is less than the log would take.
    await eventually(() => expect(producer.acknowledged.size).toBeGreaterThan(20))
    disk.fill()
    await eventually(() => expect(producer.refusals.size).toBeGreaterThan(0))
    const before = producer.acknowledged.size
    disk.free(800 * KB)
    await eventually(() => expect(producer.acknowledged.size).toBeGreaterThan(before + 100))
    await producer.stop()
    disk.free(4000 * KB)

    for (const refusal of producer.refusals) expect(refusal).toMatch(FULL)
    const names = [...producer.acknowledged]
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(names.length))
    const counts = await queue.getJobCounts()
    expect(counts).toMatchObject({ completed: names.length, active: 0, waiting: 0, failed: 0 })
    expect([...runs.keys()].toSorted()).toEqual(names.toSorted())
    expect([...runs.values()].every((times) => times === 1)).toBe(true)
    await worker.close()
    await queue.close()
  })

  test('a little room is enough, though the log by itself would take all of it before it was folded', async () => {
    using disk = smallDisk(4)
    const queue = new Queue('work', { connection: { path: join(disk.path, 'queue.sqlite') } })
    const add = () => queue.add('job', { text: 'x'.repeat(200) })
    for (let at = 0; at < 10; at++) await add()
    disk.fill()
    await expect(add()).rejects.toThrow(FULL)
    disk.free(300 * KB)
    await eventually(add)
    for (let at = 0; at < 100; at++) await add()
    expect(await queue.getWaitingCount()).toBe(111)
    await queue.close()
  })

  test('the tools and health_check say that it is full, and exports go on once there is room', async () => {
    // More than is free when health_check fails for little room alone.
    using disk = smallDisk(64)
    await using folder = await temporaryFolder()
    await using program = await startProgram({ DATA_DIR: folder.path, QUEUE_URL: `sqlite:${disk.path}/queue.sqlite` })
    await using mcp = await connectHttp(program.url)
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    const storeCheck = async () => (await mcp.health()).report.checks.find(({ name }) => name === 'store_writable')
    expect(await storeCheck()).toMatchObject({ ok: true })

    disk.fill()
    const refused = await mcp.call('start_export', { format: 'csv' })
    expect(refused.isError).toBe(true)
    expect(answerText(refused)).toEqual({
      error: expect.stringMatching(/^The queue store cannot be used: the disk with the queue file is full, make .*\.$/),
    })
    await eventually(async () => {
      expect(await storeCheck()).toMatchObject({ status: 'fail', message: expect.stringContaining('is full, make') })
    })
    disk.free(64 * 1024 * KB)
    await eventually(async () => expect(await storeCheck()).toMatchObject({ ok: true }))
    await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
    expect((await mcp.health()).report.checks.every(({ ok }) => ok)).toBe(true)
  })

  test('a large bulk that has no room is refused as a whole, and succeeds once there is room', async () => {
    using disk = smallDisk(32)
    const queue = new Queue('work', { connection: { path: join(disk.path, 'queue.sqlite') } })
    const bulk = Array.from({ length: 5000 }, (_, at) => ({ name: 'job', data: { at, text: 'x'.repeat(500) } }))
    await queue.add('first', {})
    disk.fill()
    disk.free(1024 * KB)
    await expect(queue.addBulk(bulk)).rejects.toThrow(FULL)
    expect(await queue.getWaitingCount()).toBe(1)
    disk.free(32 * 1024 * KB)
    await eventually(() => queue.addBulk(bulk))
    expect(await queue.getWaitingCount()).toBe(bulk.length + 1)
    await queue.close()
  })

  test('a start is refused in a sentence, and succeeds once there is room', async () => {
    using disk = smallDisk(4)
    await using folder = await temporaryFolder()
    const env = { DATA_DIR: folder.path, QUEUE_URL: `sqlite:${disk.path}/queue.sqlite`, PORT: '0' }
    disk.fill()
    const { code, stdout, stderr } = await runProgram(serverProgram, [], env)
    expect(stderr).toMatch(
      /^queue-ops: QUEUE_URL: the disk with the queue file (?:\S+ )?is full, make room on it[^\n]*\n$/,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    disk.free(4 * 1024 * KB)
    await using _program = await startProgram(env)
  })

  test('a backup that has no room says so, leaves nothing behind and does no harm', async () => {
    using disk = smallDisk(1)
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'queue.sqlite')
    const queue = new Queue('work', { connection: { path } })
    await queue.addBulk(Array.from({ length: 3000 }, (_, at) => ({ name: 'job', data: { at, text: 'x'.repeat(500) } })))
    const backup = join(disk.path, 'backup.sqlite')
    const { code, stderr } = await runProgram(serverProgram, ['store', 'backup', backup], {
      QUEUE_URL: `sqlite:${path}`,
    })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `queue-ops: the disk with ${backup} is full, name another place.\n`,
    })
    expect(await readdir(disk.path)).toEqual([])
    await queue.add('job', {})
    await queue.close()
  })
})

/** Adds one job after the other until it is stopped. */
function produce(queue: InstanceType<typeof Queue>) {
  const acknowledged = new Set<string>()
  const refusals = new Set<string>()
  const stopping = new AbortController()
  const run = async () => {
    for (let number = 0; !stopping.signal.aborted; number++) {
      const name = `job ${number}`
      await queue.add('work', { name, text: 'x'.repeat(200) }).then(
        () => acknowledged.add(name),
        (error: Error) => refusals.add(error.message),
      )
    }
  }
  const stopped = run()
  return {
    acknowledged,
    refusals,
    stop() {
      stopping.abort()
      return stopped
    },
  }
}
