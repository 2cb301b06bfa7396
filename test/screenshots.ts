// npm run screenshots: the pictures of the documentation, from the running programs.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openPage } from './support/browser.ts'
import { writeDatasetsFile } from './support/dataset-files.ts'
import { openApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { probeConfig, startProbeDaemon } from './support/probe-daemon.ts'
import { startRedis } from './support/redis.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from './support/program.ts'

const images = fileURLToPath(new URL('../docs/images', import.meta.url))
await mkdir(images, { recursive: true })

const appearance = {
  viewport: { width: 1280, height: 900 },
  deviceScaleFactor: 1,
  // No picture of a colour that is on its way to another.
  reducedMotion: 'reduce',
} as const

/** Why jobs of others die, in words as their libraries have them. */
const causes = [
  (n: number) => `Error: connect ECONNREFUSED 10.0.3.${n % 250}:5432`,
  (n: number) => `TimeoutError: no answer within ${1000 + n} ms from https://api.example.com/v1/orders/${n}`,
  (n: number) => `Error: mailbox "customer-${n}@example.org" is full`,
  (n: number) => `AccessDenied: user ${n} may not read /srv/data/part-${n}.csv`,
]

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
{
  await using redis = await startRedis()
  await using ofQueues = await temporaryFolder()
  const names = ['mail', 'invoices', 'thumbnails', 'webhooks']
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: ofQueues.path, QUEUES: names.join(',') })
  await using mcp = await connectHttp(program.url)
  for (const format of ['csv', 'xlsx', 'parquet']) await mcp.finishedExport(await mcp.startExport({ format }))
  await using stack = new AsyncDisposableStack()
  for (const [at, name] of names.entries()) {
    const app = stack.use(await openApplication(redis.url, name))
    if (at < 2) await app.fail(at === 0 ? 2000 : 40, (n) => causes[n % causes.length]?.(n) ?? '')
    stack.use(app.work('completes'))
    await app.queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'work', data: { customer: `C-${n}` } })))
  }
  await using mail = await openApplication(redis.url, 'mail')
  const [dead] = await mail.queue.getFailed(0, 0)
  await picture(program.url, '/', 'overview.png', 'mail and invoices are degraded', { fullPage: false })
  await picture(program.url, '/queues/exports', 'queue.png', 'Workers', { fullPage: true })
  await picture(program.url, '/queues/mail/failures', 'failures.png', 'in 4 groups', { fullPage: false })
  await picture(program.url, '/queues/mail/search?q=customer-7', 'search.png', 'Scanned', { fullPage: false })
  await picture(program.url, `/queues/mail/jobs/${dead?.id}`, 'job.png', 'failed', { fullPage: false })
  await retrySlowly(program.url)
  await picture(program.url, '/operations', 'operations.png', 'Retry in mail', { fullPage: false })
  await picture(program.url, '/exports', 'exports.png', 'parquet', { fullPage: false })
}

/** As an operator does: the largest group, at twenty a second. */
async function retrySlowly(url: string) {
  await using browser = await openPage(`${url}/queues/mail/failures`, appearance)
  const { page } = browser
  await page
    .getByRole('button', { name: /^Retry/ })
    .nth(1)
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('At most so many a second').fill('20')
  await page.screenshot({ path: join(images, 'preview.png') })
  await dialog.getByRole('button', { name: /^Retry \d+ dead letters/ }).click()
  await page.getByText(/^Running: [1-9]\d* of/).waitFor()
  await page.screenshot({ path: join(images, 'operation.png') })
}

async function picture(url: string, path: string, name: string, text: string, options = { fullPage: path === '/' }) {
  await using browser = await openPage(`${url}${path}`, appearance)
  await browser.page.getByText(text).first().waitFor()
  await browser.page.screenshot({ path: join(images, name), ...options })
}
