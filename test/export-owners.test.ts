import { join } from 'node:path'
import { catalogueOf } from '@queue-ops/server/catalogue'
import { createExports } from '@queue-ops/server/exports'
import { openJobWatch } from '@queue-ops/server/job-watch'
import { createLog } from '@queue-ops/server/log'
import { allSourceKinds } from '@queue-ops/server/source-kinds'
import { openStore } from '@queue-ops/server/store'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/program.ts'

async function openExports(folder: string) {
  const log = createLog('silent')
  const queueUrl = `sqlite:${join(folder, 'queue.sqlite')}`
  const store = openStore(queueUrl, 'bull', log)
  const queue = store.openQueue('exports')
  const watch = openJobWatch(store, queue, log)
  const settings = { dataDir: folder, queueUrl, queuePrefix: 'bull' }
  const catalogue = await catalogueOf(null, folder, allSourceKinds(settings, log))
  return {
    queue,
    exports: createExports(queue, watch, catalogue, async () => null),
    async [Symbol.asyncDispose]() {
      await watch.close()
      await queue.close()
    },
  }
}

test('of the exports of others a caller hears as of those that do not exist, and changes none', async () => {
  await using folder = await temporaryFolder()
  await using opened = await openExports(folder.path)
  const { exports } = opened
  const request = { dataset: 'cities', format: 'csv' } as const
  const { jobId: hers } = await exports.start(request, 'ada')
  const { jobId: his } = await exports.start(request, 'bob')
  const { jobId: nobodys } = await exports.start(request, null)
  const patience = { timeoutMs: 0 }
  for (const jobId of [hers, nobodys]) {
    await expect(exports.status(jobId, 'bob')).rejects.toThrow('Job not found')
    await expect(exports.wait(jobId, patience, 'bob')).rejects.toThrow('Job not found')
    await expect(exports.cancel(jobId, 'bob')).rejects.toThrow('Job not found')
  }
  expect(await exports.status(hers, 'ada')).toMatchObject({ state: 'waiting', cancelled: false })
  expect(await exports.wait(his, patience, 'bob')).toMatchObject({ job_id: his })
  const listed = async (caller: string | null) =>
    (await exports.list({}, caller)).exports.map(({ job_id: jobId }) => jobId).toSorted()
  expect(await listed('ada')).toEqual([hers])
  expect(await listed('bob')).toEqual([his])
  expect(await listed('eve')).toEqual([])
  expect(await listed(null)).toEqual([hers, his, nobodys].toSorted())
  expect(await exports.cancel(his, 'bob')).toMatchObject({ cancelled: true })
})

test('the same idempotency key of two callers stands for two exports', async () => {
  await using folder = await temporaryFolder()
  await using opened = await openExports(folder.path)
  const start = (caller: string | null) =>
    opened.exports.start({ dataset: 'cities', format: 'csv', idempotency_key: 'monday' }, caller)
  const ids = new Set<string>()
  for (const caller of ['ada', 'bob', null]) {
    const { jobId, earlier } = await start(caller)
    expect(earlier).toBeNull()
    expect(await start(caller)).toMatchObject({ jobId, earlier: { state: 'waiting' } })
    ids.add(jobId)
  }
  expect(ids.size).toBe(3)
})

test('a caller turns the pages of his exports among the many of others', async () => {
  await using folder = await temporaryFolder()
  await using opened = await openExports(folder.path)
  const { exports, queue } = opened
  const job = (owner: string) => ({ name: 'export', data: { dataset: 'cities', format: 'csv' as const, owner } })
  await queue.addBulk(Array.from({ length: 2500 }, (_, at) => job(at % 500 === 0 ? 'ada' : 'bob')))
  let cursor: string | null | undefined
  let seen = 0
  let pages = 0
  do {
    const page = await exports.list({ limit: 2, ...(cursor ? { cursor } : {}) }, 'ada')
    expect(page.exports.length).toBeLessThanOrEqual(2)
    seen += page.exports.length
    pages += 1
    cursor = page.next_cursor
  } while (cursor)
  expect(seen).toBe(5)
  expect(pages).toBeGreaterThan(2)
})
