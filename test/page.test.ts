import { join } from 'node:path'
import { Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { openPage, openPages, type BrowserPage } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

const oneDeadLetter = expect.objectContaining({ name: 'dlq_depth', count: 1 }) as unknown

const appearances = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

async function expectWellMade({ page, accessibilityViolations }: BrowserPage) {
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  const { width } = page.viewportSize() ?? {}
  const violations = await accessibilityViolations()
  expect({ width, violations, overflow }).toEqual({ width, violations: [], overflow: 0 })
}

test('the page of a working queue shows its checks, consumers and probe results', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path })
  const results = join(folder.path, 'probe-results.jsonl')
  await eventually(async () => {
    const { code } = await runProgram(probeProgram, ['--url', `${program.url}/mcp`, '--once', '--results', results])
    expect(code).toBe(0)
  })
  await using browsers = await openPages(program.url, appearances)
  await browsers.each(async (browser) => {
    await browser.shows('operational')
    for (const text of ['worker_running', '1 consumer connected.', 'No dead letters.', 'operational, 0 dead letters']) {
      await browser.page.getByText(text).first().waitFor()
    }
    await expectWellMade(browser)
    expect(browser.complaints).toEqual([])
  })
})

test('the page says that it has lost the server, and finds it again', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = { QUEUE_URL: redis.url, DATA_DIR: folder.path }
  const first = await startProgram(settings)
  await using browsers = await openPages(first.url, appearances)
  await browsers.each(async (browser) => {
    await browser.shows('operational')
  })
  const { port } = new URL(first.url)
  await first.stop()
  await browsers.each(async (browser) => {
    await browser.page.getByText('The server does not answer').first().waitFor()
    await browser.page.getByRole('heading', { level: 1, name: 'No answer' }).waitFor()
    await expectWellMade(browser)
  })
  await using second = await startProgram({ ...settings, PORT: port })
  expect(second.url).toBe(first.url)
  await browsers.each(async (browser) => {
    await browser.shows('operational')
  })
})

test('the page shows what is wrong: no consumer, dead letters with hostile texts', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  // The name of the dataset stands in the reason of the dead letter. Our own tools refuse it; others may not.
  const hostile = `<img src=x onerror=alert(1)>${'very long '.repeat(40)}`
  const settings = {
    QUEUE_URL: redis.url,
    DATA_DIR: folder.path,
  }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  {
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    const queue = new Queue('exports', { connection: { url: redis.url } })
    await queue.add('export', { dataset: hostile, format: 'csv' })
    await queue.close()
    await eventually(async () => expect((await mcp.health()).report.checks).toContainEqual(oneDeadLetter))
  }
  await using browsers = await openPages(server.url, appearances)
  await browsers.each(async (browser) => {
    await browser.shows('down')
    await browser.page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
    await browser.page.getByText('No consumer is connected').first().waitFor()
    await expectWellMade(browser)
    expect(browser.complaints).toEqual([])
  })
})
test('the messages of the checks have room at every width', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using browser = await openPage(program.url)
  await browser.shows('operational')
  const check = browser.page.getByRole('listitem').filter({ hasText: 'queue_sqlite' })
  for (const width of [390, 800, 1000, 1200, 1440, 1920]) {
    await browser.page.setViewportSize({ width, height: 900 })
    const { width: messageWidth = 0 } = (await check.getByText('The queue store answered').boundingBox()) ?? {}
    expect(messageWidth, `at ${width} px`).toBeGreaterThan(270)
    await expectWellMade(browser)
  }
})
