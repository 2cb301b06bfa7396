import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ExportStatusOutput, ListDatasetsOutput, StartExportOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { clients, type AnyClient, type Reach } from './support/mcp-clients.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program

beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: folder.path })
})
afterAll(async () => {
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const transports: Record<string, () => Reach> = {
  HTTP: () => ({ url: program.url }),
  stdio: () => ({ env: { DATA_DIR: folder.path, ROLE: 'server' } }),
}

describe.each(Object.entries(transports))('over %s', (_, reach) => {
  for (const [name, { connect, version }] of Object.entries(clients)) {
    test(`${name} does the whole round trip by ${version}`, async () => {
      await using client = await connect(reach())
      expect(client.version).toBe(version)
      const listed = (await client.listTools()).map(withoutTasks)
      await expect(`${JSON.stringify(listed, null, 2)}\n`).toMatchFileSnapshot('snapshots/tools.json')
      await roundTrip(client)
      await cancelled(client)
    })
  }
})

/** Which tools may be tasks is told by 2025-11-25 only. */
const withoutTasks = (tool: object) => Object.fromEntries(Object.entries(tool).filter(([name]) => name !== 'execution'))

async function roundTrip(client: AnyClient) {
  const { datasets } = ListDatasetsOutput.parse((await client.call('list_datasets')).structuredContent)
  const started = await client.call('start_export', {
    dataset: datasets[0]?.name,
    format: 'ndjson',
    filters: { country: 'MT' },
  })
  const { job_id: jobId } = StartExportOutput.parse(started.structuredContent)
  const result = await eventually(async () => {
    const status = ExportStatusOutput.parse(
      (await client.call('get_export_status', { job_id: jobId })).structuredContent,
    )
    if (!status.result) throw new Error(`export ${jobId} is ${status.state}: ${status.fail_reason}`)
    return status.result
  })
  const lines = (await fetched(result.download_url ?? '')).trim().split('\n')
  expect(lines).toHaveLength(result.rows)
  expect(new Set(lines.map((line) => (JSON.parse(line) as { country: string }).country))).toEqual(new Set(['MT']))
}

async function cancelled(client: AnyClient) {
  const started = await client.call('start_export', { format: 'csv' })
  const { job_id: jobId } = StartExportOutput.parse(started.structuredContent)
  const { isError, structuredContent } = await client.call('cancel_export', { job_id: jobId })
  expect(isError ?? false).toBe(false)
  expect(structuredContent).toMatchObject({ job_id: jobId })
  const wrong = await client.call('get_export_status', { job_id: 'nothing' })
  expect(wrong.isError).toBe(true)
}

async function fetched(url: string): Promise<string> {
  return url.startsWith('file:') ? readFile(fileURLToPath(url), 'utf8') : (await fetch(url)).text()
}
