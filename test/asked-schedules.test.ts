import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListedSchedule, ListExportsOutput, ListSchedulesOutput } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { createOrders } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

const datasetsFile = `datasets:
  - { name: orders, source: "sqlite:./shop.sqlite", table: orders }
schedules:
  - { name: yearly, cron: "0 0 1 1 *", dataset: orders, format: csv }
`

for (const storeName of ['SQLite', 'Redis']) {
  test(`on ${storeName}, a schedule that a client asks for begins exports until it is removed`, async () => {
    const start = stores[storeName]
    if (!start) throw new Error(`there is no store ${storeName}`)
    await using store = await start()
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'datasets.yaml')
    createOrders(join(folder.path, 'shop.sqlite'))
    await writeFile(file, datasetsFile)
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, DATASETS_FILE: file, CANARY_INTERVAL_MS: '0' }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using mcp = await connectHttp(server.url)
    const request = { dataset: 'orders', format: 'csv', filters: { item: 'tea' } }
    const put = async (args: Record<string, unknown>) =>
      ListedSchedule.parse((await mcp.call('schedule_export', { request, ...args })).structuredContent)
    const names = async () =>
      ListSchedulesOutput.parse((await mcp.call('list_schedules')).structuredContent).schedules.map(
        ({ name, from_file: fromFile }) => [name, fromFile],
      )
    const exported = async () =>
      ListExportsOutput.parse((await mcp.call('list_exports', { state: 'completed' })).structuredContent).exports
    const errorOf = async (tool: string, args: Record<string, unknown>) => {
      const answer = await mcp.call(tool, args)
      expect(answer.isError).toBe(true)
      return (answerText(answer) as { error: string }).error
    }

    expect(await put({ name: 'often', cron: '0 6 1 1 *', time_zone: 'Europe/Amsterdam' })).toMatchObject({
      name: 'often',
      cron: '0 6 1 1 *',
      time_zone: 'Europe/Amsterdam',
      every_s: null,
      keep: 7,
      dataset: 'orders',
      from_file: false,
      next_run_at: expect.any(String),
    })
    // The same name replaces it, and an interval begins at once.
    expect(await put({ name: 'often', every_s: 10 })).toMatchObject({ cron: null, time_zone: null, every_s: 10 })
    await eventually(async () =>
      expect((await exported())[0]).toMatchObject({ schedule: 'often', dataset: 'orders', rows: 1 }),
    )
    // Workers, which put the file's schedules in force again and again, leave it there.
    expect(await put({ name: 'often', every_s: 86_400, keep: 2 })).toMatchObject({
      cron: null,
      every_s: 86_400,
      keep: 2,
    })
    expect(await put({ name: 'weekly', cron: '0 6 * * 1' })).toMatchObject({ time_zone: 'UTC' })
    await writeFile(file, datasetsFile.replace('yearly', 'monthly'))
    await eventually(async () =>
      expect(await names()).toEqual([
        ['monthly', true],
        ['often', false],
        ['weekly', false],
      ]),
    )
    expect(worker.log().filter((line) => line['event'] === 'schedules_not_applied')).toEqual([])

    const wrong: [string, Record<string, unknown>, string][] = [
      ['schedule_export', { name: '../x', cron: '0 6 * * *', request }, 'name must begin'],
      ['schedule_export', { name: 'x', request }, 'Give either cron or every_s'],
      ['schedule_export', { name: 'x', cron: '0 6 * * *', every_s: 60, request }, 'Give either cron or every_s'],
      ['schedule_export', { name: 'x', every_s: 1, request }, 'every_s'],
      ['schedule_export', { name: 'x', every_s: 60, time_zone: 'UTC', request }, 'time_zone is for cron'],
      ['schedule_export', { name: 'x', cron: 'daily', request }, 'cron must be five fields'],
      ['schedule_export', { name: 'x', cron: '* * * * * *', request }, 'cron must be five fields'],
      ['schedule_export', { name: 'x', cron: '0 0 30 2 *', request }, 'cron never comes'],
      ['schedule_export', { name: 'x', cron: '0 6 * * *', time_zone: 'Mars', request }, 'time_zone must be the name'],
      ['schedule_export', { name: 'x', every_s: 60, request: { dataset: 'orders' } }, 'request.format'],
      ['schedule_export', { name: 'x', every_s: 60, request: { ...request, idempotency_key: 'k' } }, 'idempotency_key'],
      [
        'schedule_export',
        { name: 'x', every_s: 60, request: { ...request, dataset: 'nothing' } },
        'the datasets are: orders',
      ],
      ['schedule_export', { name: 'x', every_s: 60, request: { ...request, columns: ['price'] } }, 'price'],
      ['schedule_export', { name: 'monthly', every_s: 60, request }, 'stands in the datasets file'],
      ['remove_schedule', { name: 'monthly' }, 'stands in the datasets file'],
      ['remove_schedule', { name: 'nothing' }, 'list_schedules'],
    ]
    for (const [tool, args, told] of wrong) expect(await errorOf(tool, args)).toContain(told)

    for (const name of ['often', 'weekly']) {
      expect((await mcp.call('remove_schedule', { name })).structuredContent).toMatchObject({ name })
    }
    expect(await names()).toEqual([['monthly', true]])
    const { exports: left } = ListExportsOutput.parse(
      (await mcp.call('list_exports', { state: 'delayed' })).structuredContent,
    )
    expect(left.map(({ schedule }) => schedule)).toEqual(['monthly'])
  })
}
