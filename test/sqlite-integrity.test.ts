import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'

const storeCheck = async (mcp: McpClient) =>
  (await mcp.health()).report.checks.find(({ name }) => name === 'queue_sqlite')

test('health_check tells when the queue file was looked through for damage', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  await eventually(async () =>
    expect(await storeCheck(mcp)).toMatchObject({ status: 'pass', integrity_checked_at: expect.any(String) }),
  )
})

test('damage in a part of the file that nobody reads fails health_check, without its content, while exports go on', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  await damagedFile(path)
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect(await storeCheck(mcp)).toMatchObject({ ok: false, status: 'fail' }))
  expect(await storeCheck(mcp)).toMatchObject({
    message: expect.stringMatching(/its file is damaged\.$/),
    action: 'See `queue-ops store check`, and put a backup in its place by `queue-ops store restore FILE`.',
  })
  await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
  expect(await runProgram(serverProgram, ['store', 'check'], { QUEUE_URL: `sqlite:${path}` })).toMatchObject({
    code: 1,
  })
})

/** A queue file with a broken page that holds the large data of jobs of another queue. */
async function damagedFile(path: string) {
  const { Queue } = withBackend(createSqliteBackend)
  const queue = new Queue('another', { connection: { path } })
  await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'job', data: 'x'.repeat(1500) })))
  await queue.close()
  const db = new DatabaseSync(path)
  const page = db.prepare(`SELECT pageno, pgsize FROM dbstat WHERE name = 'payload' AND pagetype = 'leaf'`).get()
  db.close()
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(200, 0xff), 0, 200, (Number(page?.['pageno']) - 1) * Number(page?.['pgsize']))
  await file.close()
}
