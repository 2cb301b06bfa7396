import { ListExportsOutput } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { expect, test } from 'vitest'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, exports are listed in pages, those that are not over first`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    const list = async (args = {}) => ListExportsOutput.parse((await mcp.call('list_exports', args)).structuredContent)
    expect(await list()).toEqual({ exports: [], next_cursor: null })

    const done = []
    {
      await using _worker = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '1' })
      for (let at = 0; at < 3; at++) done.push(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
      for (const jobId of done) await mcp.finishedExport(jobId)
    }
    const waiting = [await mcp.startExport({ format: 'json' }), await mcp.startExport({ format: 'xlsx' })]

    const pages: ListExportsOutput[] = []
    do pages.push(await list({ limit: 2, ...(pages.length > 0 && { cursor: pages.at(-1)?.next_cursor }) }))
    while (pages.at(-1)?.next_cursor)
    const all = pages.flatMap((page) => page.exports)
    expect(pages.map((page) => page.exports.length)).toEqual([2, 2, 1])
    expect(all.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'completed', 'completed', 'completed'])
    expect(all.map(({ job_id }) => job_id).toSorted()).toEqual([...waiting, ...done].toSorted())
    expect(all.slice(2).map(({ job_id }) => job_id)).toEqual(done.toReversed())
    expect(all[4]).toMatchObject({ dataset: 'cities', format: 'csv', schedule: null, rows: 69, cancelled: false })

    expect((await list({ state: 'waiting' })).exports).toHaveLength(2)
    // What somebody puts there by hand is listed as far as it can be understood.
    const added = await fetch(`${server.url}/admin/queues/api/queues/exports/add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', data: null, options: { delay: 3_600_000 } }),
    })
    expect(added.status).toBe(200)
    const [stranger] = (await list({ state: 'delayed' })).exports
    expect(stranger).toMatchObject({ dataset: '', format: '', cancelled: false })
    expect(await mcp.exportStatus(stranger?.job_id ?? '')).toMatchObject({ state: 'delayed', result: null })
    const queue = openStore(store.url, 'bull', createLog('silent')).openQueue('exports')
    await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
    for (const jobId of ['weekly report/№ 1', '../x', 'repeat:theirs:1', '0'.padEnd(20, '1')]) {
      await queue.add('export', { dataset: 'cities', format: 'csv' }, { jobId, delay: 3_600_000 })
      expect((await list({ state: 'delayed' })).exports.map(({ job_id }) => job_id)).toContain(jobId)
      expect(await mcp.exportStatus(jobId)).toMatchObject({ job_id: jobId, state: 'delayed' })
    }
    for (const cursor of ['', 'x', 'completed:', 'completed:-1', 'failed:1e9', 'completed:0']) {
      const refused = await mcp.call('list_exports', { state: 'waiting', cursor })
      expect(answerText(refused)).toEqual({ error: expect.stringContaining('cursor') })
    }
  })
}
