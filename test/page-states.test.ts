import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPage, type BrowserPage } from './support/browser.ts'
import { openApplication } from './support/dead-letters.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis, type TestRedis } from './support/redis.ts'

/** The page against the real server in every state that an operator meets, on both sizes and in both colour schemes. */
const appearances = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { colorScheme, viewport: { width: 1440, height: 900 } },
  { colorScheme, viewport: { width: 390, height: 844 } },
])

/** What Chromium itself says of an answer that is none; the page says it in words. */
const ofNetwork = /^Failed to load resource|net::ERR_/

async function expectWellMade({ page, accessibilityViolations, complaints: all }: BrowserPage) {
  for (const { colorScheme, viewport } of appearances) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    const complaints = all.filter((complaint) => !ofNetwork.test(complaint))
    const violations = await accessibilityViolations()
    const seen = { at: page.url(), colorScheme, width: viewport.width }
    expect({ ...seen, overflow, complaints, violations }).toEqual({
      ...seen,
      overflow: 0,
      complaints: [],
      violations: [],
    })
  }
}

/** Looks at a page until it says all of these. */
async function expectShown(url: string, texts: (string | RegExp)[], status?: 'operational' | 'degraded' | 'down') {
  await using browser = await openPage(url, calm)
  if (status) await browser.shows(status)
  for (const text of texts) await browser.page.getByText(text).first().waitFor()
  await expectWellMade(browser)
}

/** No colour is looked at that is on its way to another. */
const calm = { reducedMotion: 'reduce' } as const

let redis: TestRedis
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  redis = await startRedis()
  folder = await temporaryFolder()
})
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const start = (settings: Record<string, string>): Promise<Program> =>
  startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '0', ...settings })

test('empty: nothing was ever exported', async () => {
  await using server = await start({ EXPORT_QUEUE: 'empty' })
  await expectShown(server.url, ['1 consumer connected.'], 'operational')
  await expectShown(`${server.url}/queues/none`, ['There is no queue of this name here, or it cannot be read.'])
  await expectShown(`${server.url}/queues/none/at/all`, ['There is nothing at this address.'])
})

describe('consumers', () => {
  test('none: jobs wait and nobody takes them', async () => {
    await using server = await start({ EXPORT_QUEUE: 'alone', ROLE: 'server' })
    await using queue = await putOne('alone')
    await expectShown(server.url, [/No consumer is connected/], 'down')
    await expectShown(`${server.url}/queues/alone`, [/No consumer is connected/])
    expect(await queue.queue.getWaitingCount()).toBe(1)
  })

  test('frozen: it is connected and does nothing', async () => {
    await using server = await start({ EXPORT_QUEUE: 'frozen', ROLE: 'server' })
    await using worker = await start({ EXPORT_QUEUE: 'frozen', ROLE: 'worker' })
    await expectShown(server.url, ['1 consumer connected.'], 'operational')
    worker.process.kill('SIGSTOP')
    await using _queue = await putOne('frozen')
    await expectShown(server.url, [/silent|frozen/i], 'down')
  })
})

/** Puts one export on a queue, as any producer may. */
async function putOne(name: string) {
  const queue = new Queue(name, { connection: { url: redis.url } })
  await queue.add('export', { dataset: 'cities', format: 'csv' })
  return { queue, [Symbol.asyncDispose]: () => queue.close() }
}

test('growing dead letters: how many, of which cause, since when', async () => {
  await using server = await start({ EXPORT_QUEUE: 'growing', QUEUES: 'mail' })
  await using mail = await openApplication(redis.url, 'mail')
  await mail.fail(120, (n) => (n % 4 === 0 ? `AccessDenied: user ${n}` : `connect ECONNREFUSED 10.0.0.${n}:5432`))
  await expectShown(server.url, [/120 jobs failed for good in the last 5 minutes/])
  await expectShown(`${server.url}/queues/mail/failures`, [/120 dead letters/, /in 2 groups/, /ECONNREFUSED/])
  await expectShown(`${server.url}/queues/mail/search?q=AccessDenied`, [/Scanned \d+ of \d+/])
})

// With that of the exports.
test('fifty queues: those that are not well come first, and an address keeps what was chosen', async () => {
  const names = Array.from({ length: 49 }, (_, n) => `tenant-${String(n).padStart(2, '0')}`)
  for (const name of names) await using(name, (queue) => queue.add('work', {}))
  await using server = await start({ EXPORT_QUEUE: 'fifty', QUEUES: names.join(',') })
  await expectShown(server.url, ['tenant-00', 'tenant-48'], 'down')
  await using browser = await openPage(`${server.url}/queues/tenant-07`, calm)
  const { page } = browser
  const isThere = () => page.getByRole('heading', { name: 'tenant-07', exact: true }).waitFor()
  await isThere()
  await page.getByRole('link', { name: 'No dead letters' }).click()
  await page.getByRole('heading', { name: 'Failures of tenant-07' }).waitFor()
  await expectWellMade(browser)
  await page.goBack()
  await isThere()
  expect(new URL(page.url()).pathname).toBe('/queues/tenant-07')
})

async function using(name: string, work: (queue: Queue) => Promise<unknown>) {
  const queue = new Queue(name, { connection: { url: redis.url } })
  await work(queue)
  await queue.close()
}

test('payloads of 3 MB: shown cut, and searched', async () => {
  const payload = 'a long row of text, '.repeat(150_000)
  await using(`heavy`, (queue) =>
    queue.addBulk(
      Array.from({ length: 10 }, (_, n) => ({ name: 'heavy', data: { n, payload }, opts: { jobId: `h-${n}` } })),
    ),
  )
  await using server = await start({ EXPORT_QUEUE: 'light', QUEUES: 'heavy' })
  await expectShown(`${server.url}/queues/heavy/jobs/h-3`, [/a long row of text/, /more characters/])
  await expectShown(`${server.url}/queues/heavy/search?q=h-3`, [/Scanned 10 of 10/])
})

test('the store goes away and comes back; a server that stops leaves the page with its age', async () => {
  await using own = await startRedis()
  await using server = await start({ QUEUE_URL: own.url })
  await using browser = await openPage(server.url, calm)
  await browser.shows('operational')
  own.freeze()
  await browser.shows('down')
  await browser.page
    .getByText(/does not answer/)
    .first()
    .waitFor()
  await expectWellMade(browser)
  own.thaw()
  await browser.shows('operational')
  server.process.kill('SIGSTOP')
  await browser.page.getByText('(out of date)').first().waitFor()
  await expectWellMade(browser)
  server.process.kill('SIGCONT')
  await browser.shows('operational')
})
