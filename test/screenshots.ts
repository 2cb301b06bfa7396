// npm run screenshots: the pictures of the documentation, from the running programs.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openPage } from './support/browser.ts'
import { writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { probeConfig, startProbeDaemon } from './support/probe-daemon.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from './support/program.ts'

const images = fileURLToPath(new URL('../docs/images', import.meta.url))
await mkdir(images, { recursive: true })

await using folder = await temporaryFolder()
const settings = { DATA_DIR: folder.path }
const results = join(folder.path, 'probe-results.jsonl')
const probe = (url: string) => runProgram(probeProgram, ['--url', `${url}/mcp`, '--once', '--results', results])

{
  await using program = await startProgram(settings)
  await using mcp = await connectHttp(program.url)
  for (const country of ['NL', 'BE', 'LU', 'DE', 'FR']) {
    await mcp.finishedExport(await mcp.startExport({ format: 'xlsx', filters: { country } }))
    await probe(program.url)
  }
  await picture(program.url, '/', 'status-page.png', 'works')
}
{
  const datasets = await writeDatasetsFile(folder.path, 'orders', 'shop.sqlite', 'orders')
  await using server = await startProgram({
    ...settings,
    ROLE: 'server',
    DATASETS_FILE: datasets,
    EXPORT_ATTEMPTS: '1',
  })
  await using mcp = await connectHttp(server.url)
  {
    await using _worker = await startProgram({ ...settings, ROLE: 'worker', DATASETS_FILE: datasets })
    await eventually(async () => {
      if ((await mcp.health()).report.status === 'down') throw new Error('no consumer yet')
    })
    const jobId = await mcp.startExport({ format: 'csv' })
    await eventually(async () => {
      if ((await mcp.exportStatus(jobId)).state !== 'failed') throw new Error('not failed yet')
    })
    await probe(server.url)
  }
  await mcp.startExport({ format: 'csv' })
  await probe(server.url)
  await picture(server.url, '/', 'status-page-down.png', 'does not work')
  await picture(server.url, '/admin/queues/queue/exports?status=failed', 'bull-board.png', 'cannot be read')
}
{
  await using ofProbe = await temporaryFolder()
  const server = await startProgram({ DATA_DIR: ofProbe.path })
  const targets = [{ name: 'exports', url: `${server.url}/mcp` }]
  const config = { defaults: { interval: '1s' }, targets, listen: '127.0.0.1:0', history: 'history.sqlite' }
  await using daemon = startProbeDaemon(['--config', await probeConfig(ofProbe.path, config)])
  const seen = (status: string, runs: number) =>
    eventually(() => {
      const count = daemon.results().filter((result) => result.status === status).length
      if (count < runs) throw new Error(`${count} runs were ${status} so far`)
    }, 120_000)
  await seen('pass', 45)
  await server.stop('SIGKILL')
  await seen('fail', 10)
  await picture(await daemon.url(), '/', 'probe-page-down.png', 'does not answer since', { fullPage: false })
}

async function picture(url: string, path: string, name: string, text: string, options = { fullPage: path === '/' }) {
  await using browser = await openPage(`${url}${path}`, {
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 1,
    // No picture of a colour that is on its way to another.
    reducedMotion: 'reduce',
  })
  await browser.page.getByText(text).first().waitFor()
  await browser.page.screenshot({ path: join(images, name), ...options })
}
