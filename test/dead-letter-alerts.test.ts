import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { DeadLetterAlert } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { createOrders, dropTable, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

/** Takes what is posted to it, or refuses it. */
async function startReceiver() {
  const taken: DeadLetterAlert[] = []
  const receiver = { refuses: false, refused: 0, taken }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (receiver.refuses) receiver.refused += 1
      else taken.push(DeadLetterAlert.parse(JSON.parse(body)))
      response.writeHead(receiver.refuses ? 503 : 204).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

async function failedExport(mcp: McpClient): Promise<string> {
  const jobId = await mcp.startExport({ format: 'csv', filters: { item: 'a secret' } })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('failed'))
  return jobId
}

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, each export that has failed for good is told once, also after a receiver and a worker that were away`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    await using receiver = await startReceiver()
    const database = join(folder.path, 'shop.sqlite')
    const settings = {
      QUEUE_URL: store.url,
      DATA_DIR: folder.path,
      DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
      EXPORT_ATTEMPTS: '2',
      EXPORT_BACKOFF_MS: '50',
      DEAD_LETTER_WEBHOOK: receiver.url,
    }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using mcp = await connectHttp(server.url)
    const first = await failedExport(mcp)
    await eventually(() => expect(receiver.taken).toHaveLength(1))
    expect(receiver.taken[0]).toMatchObject({
      event: 'job_dead_letter',
      queue: 'exports',
      job_id: first,
      dataset: 'orders',
      attempts: 2,
      reason: 'Dataset "orders" cannot be read: its database file is missing or not readable.',
    })
    expect(JSON.stringify(receiver.taken)).not.toContain('secret')

    receiver.refuses = true
    const second = await failedExport(mcp)
    await eventually(() => expect(receiver.refused).toBeGreaterThan(0))
    await worker.stop()
    receiver.refuses = false
    await using _another = await startProgram({ ...settings, ROLE: 'worker' })
    await eventually(() => expect(receiver.taken.map(({ job_id }) => job_id)).toEqual([first, second]))

    createOrders(database)
    await mcp.finishedExport(await mcp.startExport({ format: 'csv' }))
    dropTable(database, 'orders')
    expect(receiver.taken).toHaveLength(2)
  })
}

test('an export that a schedule has begun is told of as any other', async () => {
  await using folder = await temporaryFolder()
  await using receiver = await startReceiver()
  const datasetsFile = join(folder.path, 'datasets.yaml')
  await writeFile(
    datasetsFile,
    `datasets: [{ name: gone, source: "sqlite:gone.sqlite", table: t }]
schedules: [{ name: often, cron: "* * * * * *", dataset: gone, format: csv }]`,
  )
  await using _program = await startProgram({
    DATA_DIR: folder.path,
    DATASETS_FILE: datasetsFile,
    EXPORT_ATTEMPTS: '1',
    DEAD_LETTER_WEBHOOK: receiver.url,
  })
  await eventually(() => expect(receiver.taken.length).toBeGreaterThan(0))
  expect(receiver.taken[0]).toMatchObject({ dataset: 'gone', job_id: expect.stringMatching(/^repeat:schedule-often:/) })
})

test('an export whose worker died before it could tell is told of by the next one, once', async () => {
  await using folder = await temporaryFolder()
  await using receiver = await startReceiver()
  const database = join(folder.path, 'shop.sqlite')
  const settings = {
    DATA_DIR: folder.path,
    DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
    EXPORT_ATTEMPTS: '1',
  }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  // Who is not asked to tell leaves behind the same as who dies before it is told.
  await using silent = await startProgram({ ...settings, ROLE: 'worker' })
  const first = await failedExport(mcp)
  await silent.stop()

  const telling = { ...settings, ROLE: 'worker', DEAD_LETTER_WEBHOOK: receiver.url }
  await using one = await startProgram(telling)
  await using _another = await startProgram(telling)
  await eventually(() => expect(receiver.taken).toHaveLength(1))
  await one.stop()
  await using _third = await startProgram(telling)
  // Alerts are told in turn: when the second has come, a second one of the first would have come too.
  const second = await failedExport(mcp)
  await eventually(() => expect(receiver.taken.map(({ job_id }) => job_id)).toEqual([first, second]))
})
