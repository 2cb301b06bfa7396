import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListExportsOutput } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { expect, test } from 'vitest'
import { createOrders } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { makeOld } from './support/old-files.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

const datasets = `datasets:
  - { name: orders, source: "sqlite:./shop.sqlite", table: orders }
`
const everySecond = `${datasets}schedules:
  - { name: often, cron: "* * * * * *", time_zone: Europe/Amsterdam, keep: 2, dataset: orders, format: csv, filters: { item: tea } }
`

for (const [storeName, startStore] of Object.entries(stores)) {
  test.concurrent(`on ${storeName}, an export is begun again and again, the latest results are kept, and it ends when it is not listed any more`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const datasetsFile = join(folder.path, 'datasets.yaml')
    const exports = join(folder.path, 'exports')
    createOrders(join(folder.path, 'shop.sqlite'))
    await writeFile(datasetsFile, everySecond)
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, DATASETS_FILE: datasetsFile }
    await using program = await startProgram(settings)
    // The same list in another instance adds nothing.
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using mcp = await connectHttp(program.url)
    const list = async (state?: string) =>
      ListExportsOutput.parse(
        (await mcp.call('list_exports', { limit: 100, ...(state && { state }) })).structuredContent,
      ).exports
    const isFinished = (name: string) => !name.startsWith('.') && name.endsWith('.csv')
    const finished = async () => (await readdir(exports)).filter(isFinished).toSorted()

    const begun = await eventually(async () => {
      const results = await list('completed')
      expect(results.length).toBeGreaterThanOrEqual(5)
      return results
    })
    const [latest] = begun
    expect(latest).toMatchObject({ schedule: 'often', dataset: 'orders', rows: 1 })
    const { result } = await mcp.exportStatus(latest?.job_id ?? '')
    expect(result?.file).toMatch(/^often-\d{8}T\d{6}Z-[0-9a-f]{32}\.csv$/)
    const waiting = (await list()).filter(({ state }) => state === 'delayed')
    expect(waiting.length).toBeLessThanOrEqual(1)

    // So far all are safe, however many are to be kept. Now some become old, of which one is being read.
    const old = (await finished()).slice(0, 4)
    expect(old).toHaveLength(4)
    const [read = '', ...unread] = old
    expect(await (await fetch(`${program.url}/exports/${read}`)).text()).toBe('id,item\r\n1,tea\r\n')
    for (const name of old) makeOld(exports, name, 61)
    await eventually(async () => {
      for (const name of unread) expect(await finished()).not.toContain(name)
    })
    expect(await finished()).toContain(read)

    makeOld(exports, `.${read}.lease`, 61)
    await eventually(async () => expect(await finished()).not.toContain(read))

    await writeFile(datasetsFile, datasets)
    await eventually(async () => expect((await list()).filter(({ state }) => state !== 'completed')).toEqual([]))
    // The last run may still be taking older results away.
    await eventually(async () => {
      const statuses = await Promise.all((await list('completed')).map(({ job_id }) => mcp.exportStatus(job_id)))
      const available = statuses.flatMap(({ result }) => (result?.download_url ? [result.file] : []))
      expect(available.length).toBeGreaterThanOrEqual(2)
      expect(available.toSorted()).toEqual(await finished())
    })
  })
}

const yearly = `${datasets}schedules:
  - { name: rarely, cron: "0 0 1 1 *", dataset: orders, format: csv }
`

for (const [storeName, startStore] of Object.entries(stores)) {
  test.concurrent(`on ${storeName}, a schedule that somebody took off the queue comes back, and changed settings reach it`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const datasetsFile = join(folder.path, 'datasets.yaml')
    createOrders(join(folder.path, 'shop.sqlite'))
    await writeFile(datasetsFile, yearly)
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, DATASETS_FILE: datasetsFile }
    const queue = openStore(store.url, 'bull', createLog('silent')).openQueue('exports')
    await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
    const attemptsOfNextRun = async () => (await queue.getDelayed()).map(({ opts }) => opts.attempts)
    {
      await using _program = await startProgram(settings)
      await eventually(async () => expect(await attemptsOfNextRun()).toEqual([3]))
      await queue.removeJobScheduler('schedule-rarely')
      expect(await queue.getJobSchedulers()).toEqual([])
      await eventually(async () => expect(await attemptsOfNextRun()).toEqual([3]))
    }
    const before = await queue.getJobScheduler('schedule-rarely')
    await using _program = await startProgram({ ...settings, EXPORT_ATTEMPTS: '5' })
    await eventually(async () => expect(await attemptsOfNextRun()).toEqual([5]))
    const after = await queue.getJobScheduler('schedule-rarely')
    expect(after?.template?.data).toEqual(before?.template?.data)
  })
}

test.concurrent('runs that were cancelled are no results', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  const exports = join(folder.path, 'exports')
  const queue = openStore(`sqlite:${folder.path}/queue.sqlite`, 'bull', createLog('silent')).openQueue('exports')
  await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
  const run = async (at: number, cancelled = false) => {
    const data = {
      dataset: 'cities',
      format: 'csv',
      limit: 1,
      schedule: { name: 'x', handle: randomUUID(), keep: 2 },
      cancelled,
    }
    const jobId = `repeat:schedule-x:${1_700_000_000_000 + at}`
    await queue.add('export', data, { jobId })
    await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('completed'))
    return (await mcp.exportStatus(jobId)).result?.file ?? ''
  }
  const first = await run(1000)
  const second = await run(2000)
  for (const file of [first, second]) makeOld(exports, file, 61)
  expect(await run(3000, true)).toBe('')
  const third = await run(4000)
  await eventually(async () => expect(await readdir(exports)).not.toContain(first))
  expect(await readdir(exports)).toEqual(expect.arrayContaining([second, third]))
})
