import { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { openPage } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

for (const [storeName, startStore] of Object.entries(stores)) {
  test.concurrent(`on ${storeName}, a killed worker is noticed by the tool, the probe and the page, and so is its return`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '1000' }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    await using browser = await openPage(server.url)
    const probe = async () => {
      const { code, stdout } = await runProgram(probeProgram, [
        '--url',
        `${server.url}/mcp`,
        '--once',
        '--format',
        'json',
      ])
      return { code, result: ProbeResult.parse(JSON.parse(stdout)) }
    }
    const expectDown = async () => {
      await eventually(async () => {
        const { report, isError } = await mcp.health()
        expect(isError).toBe(true)
        expect(report).toMatchObject({ healthy: false, status: 'down' })
        expect(report.checks).toContainEqual(
          expect.objectContaining({ name: 'worker_running', ok: false, running: false, consumers: 0 }),
        )
      })
      expect(await probe()).toMatchObject({
        code: 2,
        result: { status: 'fail', consumer_running: false, consumers: 0 },
      })
      await browser.shows('down')
    }
    const expectUp = async () => {
      await eventually(async () => {
        const { report, isError } = await mcp.health()
        expect(isError).toBe(false)
        expect(report).toMatchObject({ healthy: true, status: 'operational' })
      })
      expect(await probe()).toMatchObject({ code: 0, result: { status: 'pass', consumer_running: true, consumers: 1 } })
      await browser.shows('operational')
    }

    await expectDown()
    const jobId = await mcp.startExport({ format: 'csv', filters: { country: 'LU' } })
    {
      await using worker = await startProgram({ ...settings, ROLE: 'worker' })
      expect(worker.url).toBe('')
      await expectUp()
      await mcp.finishedExport(jobId)
      await worker.stop('SIGKILL')
    }
    await expectDown()
    await using worker = await startProgram({ ...settings, ROLE: 'worker' })
    await expectUp()
    expect(await worker.stop()).toBe(0)
  })
}
