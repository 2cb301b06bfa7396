import { join } from 'node:path'
import { ProbeResult, StatusReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { openPage } from './support/browser.ts'
import { createOrders, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, an export whose source is broken is retried, becomes a dead letter that everyone sees, and completes when it is retried after the repair`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const database = join(folder.path, 'shop.sqlite')
    await using program = await startProgram({
      QUEUE_URL: store.url,
      DATA_DIR: folder.path,
      DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
      EXPORT_BACKOFF_MS: '200',
    })
    await using mcp = await connectHttp(program.url)
    const reason = 'Dataset "orders" cannot be read: its database file is missing or not readable.'

    const jobId = await mcp.startExport({ dataset: 'orders', format: 'json' })
    const waitsForRetry = await eventually(async () => {
      const status = await mcp.exportStatus(jobId)
      expect(status.attempts.made).toBeGreaterThan(0)
      return status
    })
    expect(waitsForRetry.fail_reason).toBe(reason)
    await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('failed'))
    expect(await mcp.exportStatus(jobId)).toMatchObject({
      fail_reason: reason,
      result: null,
      attempts: { made: 3, max: 3 },
    })

    const boardJob = await getJson(`${program.url}/admin/queues/api/queues/exports/${jobId}`)
    expect(boardJob).toMatchObject({ job: { failedReason: reason, attempts: 3 } })
    // The attempts are logged with their times: exponential backoff from 200 ms, so at least 200 and 400 ms apart.
    const { job } = boardJob as { job: { processedOn: number; timestamp: number } }
    expect(job.processedOn - job.timestamp).toBeGreaterThanOrEqual(600)

    // What was seen up to a second ago may still be told.
    const status = await eventually(async () => {
      const status = StatusReport.parse(await getJson(`${program.url}/api/status`))
      expect(status.health).toMatchObject({ healthy: true, status: 'degraded' })
      return status
    })
    expect(status.queue?.dead_letters).toMatchObject([{ job_id: jobId, reason, attempts: 3 }])
    const boardUrl = status.queue?.dead_letters[0]?.board_url ?? ''

    await using browser = await openPage(program.url)
    await browser.page.getByText(reason).first().waitFor()
    const link = browser.page.locator(`a[href="${boardUrl}"]`).first()
    await link.click()
    await browser.page.getByText(jobId).first().waitFor()

    const probed = await runProgram(probeProgram, ['--url', `${program.url}/mcp`, '--once', '--format', 'json'])
    expect(ProbeResult.parse(JSON.parse(probed.stdout))).toMatchObject({ status: 'warn', dead_letters: 1 })
    expect(probed.code).toBe(1)
    expect(program.log().filter((line) => line['event'] === 'job_dead_letter')).toMatchObject([
      { queue: 'exports', job_id: jobId, dataset: 'orders', reason, attempts: 3 },
    ])

    createOrders(database)
    const retried = await fetch(`${program.url}/admin/queues/api/queues/exports/${jobId}/retry`, { method: 'PUT' })
    expect(retried.status).toBe(204)
    const result = await mcp.finishedExport(jobId)
    expect(await getJson(result.download_url)).toEqual([
      { id: 1, item: 'tea' },
      { id: 2, item: 'salt' },
    ])
    await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
  })
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return response.json()
}
