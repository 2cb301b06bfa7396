import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

// What a store has forgotten of its events before a process that was held up could read them.

/** As many as there are on a busy queue within a moment. */
const LATER_EVENTS = 200

const ways = {
  async Redis() {
    const redis = await startRedis()
    return {
      url: redis.url,
      forget: async () => void (await redis.ask('XTRIM', 'bull:exports:events', 'MAXLEN', 0)),
      [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
    }
  },
  async SQLite() {
    const folder = await temporaryFolder()
    return {
      url: `sqlite:${folder.path}/queue.sqlite`,
      forget: null,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
}

for (const [storeName, start] of Object.entries(ways)) {
  for (const [what, later] of [
    ['many others', LATER_EVENTS],
    ['none', 0],
  ] as const) {
    test(`on ${storeName}, who waits is answered also when the event was forgotten unread and ${what} came behind it`, async () => {
      await using store = await start()
      await using folder = await temporaryFolder()
      await using server = await startProgram({ DATA_DIR: folder.path, QUEUE_URL: store.url, ROLE: 'server' })
      await using mcp = await connectHttp(server.url)
      const opened = openStore(store.url, 'bull', createLog('silent'))
      const queue = opened.openQueue('exports')
      await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
      const events = queue.getBackend()
      const jobId = await mcp.startExport({ format: 'csv' })

      const waiting = fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/result', params: { taskId: jobId } }),
      })
      await eventually(async () =>
        expect(JSON.stringify(await events.readEvents('0', 100))).toContain('queue-ops:reading'),
      )
      // Two questions later the one who waits has looked at the job as well.
      for (let i = 0; i < 2; i++) expect((await mcp.exportStatus(jobId)).state).toBe('waiting')

      server.process.kill('SIGSTOP')
      const worker = opened.openWorker('exports', async () => ({ cancelled: true }), {})
      await eventually(async () => expect(await queue.getJobState(jobId)).toBe('completed'))
      await worker.close()
      if (store.forget) await store.forget()
      else await queue.trimEvents(0)
      for (let i = 0; i < later; i++) await events.publishEvent({ event: 'waiting', jobId: `other-${i}` }, 10_000)
      server.process.kill('SIGCONT')

      expect(await (await waiting).json()).toMatchObject({
        result: { structuredContent: { export: { state: 'completed' } } },
      })
    })
  }
}
