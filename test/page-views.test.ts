import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, openPages, type BrowserPage } from './support/browser.ts'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis } from './support/redis.ts'

const hostile = '<img src=x onerror=alert(1)>'
/** Two causes whose texts differ in every job. */
const reasonOf = (n: number) =>
  n % 3 === 0 ? `AccessDenied: user ${n} may not read ${hostile}` : `order ${n} of request ${id(n)} was not found`
const id = (n: number) => (0xabcdef12345678n * BigInt(n + 1)).toString(16).padStart(24, 'a').slice(0, 24)

const JOBS = 60
const appearances = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

let redis: Awaited<ReturnType<typeof startRedis>>
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Program
let mail: OtherApplication

beforeAll(async () => {
  redis = await startRedis()
  folder = await temporaryFolder()
  server = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, QUEUES: '*', CANARY_INTERVAL_MS: '0' })
  mail = await openApplication(redis.url, 'mail')
  await mail.fail(JOBS, reasonOf)
})
afterAll(async () => {
  for (const part of [mail, server, folder, redis]) await part?.[Symbol.asyncDispose]()
})

/** What a browser says of an answer that is none; the page says it in words. */
const refused = 'Failed to load resource: the server responded with a status of 40'

async function expectWellMade({ page, accessibilityViolations, complaints: all }: BrowserPage) {
  const complaints = all.filter((complaint) => !complaint.startsWith(refused))
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  const seen = { at: `${page.url()} ${page.viewportSize()?.width}`, overflow, complaints }
  expect({ ...seen, violations: await accessibilityViolations() }).toEqual({
    ...seen,
    overflow: 0,
    complaints: [],
    violations: [],
  })
}

const at = (path: string) => `${server.url}/${path}`

test('what broke is shown by cause; one cause is retried slowly, followed, stopped, and stays on the trail', async () => {
  await using browser = await openPage(at('queues/mail/failures'))
  const { page } = browser
  await page.getByText(`${JOBS} dead letters in 2 groups`).waitFor()
  const notFound = page.getByRole('listitem').filter({ hasText: 'was not found' })
  await notFound.getByText(/^40 dead letters/).waitFor()
  await notFound.getByRole('button', { name: /^Retry/ }).click()

  const dialog = page.getByRole('dialog', { name: 'Retry dead letters of mail' })
  await dialog.getByText('40 dead letters', { exact: true }).waitFor()
  await dialog.getByLabel('At most so many a second').fill('nonsense')
  expect(await dialog.getByRole('button', { name: 'Retry 40 dead letters' }).isDisabled()).toBe(true)
  await dialog.getByLabel('At most so many a second').fill('0.5')
  await dialog.getByText('That takes about 1 min.').waitFor()
  await expectWellMade(browser)
  await dialog.getByRole('button', { name: 'Retry 40 dead letters' }).click()

  await page.getByRole('heading', { name: 'Retry in mail' }).waitFor()
  await page.getByText(/^Running: \d+ of 40 put back in line/).waitFor()
  await expectWellMade(browser)
  await page.getByRole('button', { name: 'Stop' }).click()
  const ended = page.getByText(/^Stopped: \d+ of 40 put back in line/)
  await ended.waitFor()
  const done = Number(/\d+/.exec((await ended.textContent()) ?? '')?.[0])
  expect(done).toBeLessThan(40)
  expect(await mail.queue.getFailedCount()).toBe(JOBS - done)

  await page.getByRole('link', { name: 'Operations' }).first().click()
  const row = page.getByRole('row').filter({ hasText: 'Retry in mail' })
  await row.getByText('stopped').waitFor()
  await row.getByText(/^error "order <n> of request <id> was not found"$/).waitFor()
  await row.getByText('page 127.0.0.1').waitFor()
  await page.goBack()
  await ended.waitFor()
})

test('jobs are chosen by keys, and deleted only after a word was typed', async () => {
  await using browser = await openPage(at('queues/mail/failures'))
  const { page } = browser
  await page.getByRole('link', { name: /AccessDenied/ }).click()
  await page.getByText('None selected').waitFor()
  const before = await mail.queue.getFailedCount()
  for (const key of ['j', 'x', 'j', 'j', 'X']) await page.keyboard.press(key)
  await page.getByText('3 jobs selected').waitFor()
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.getByText('2 jobs selected').waitFor()
  await page.keyboard.press('d')

  const dialog = page.getByRole('dialog', { name: 'Discard dead letters of mail' })
  const discard = dialog.getByRole('button', { name: 'Discard 2 dead letters' })
  await discard.waitFor()
  expect(await discard.isDisabled()).toBe(true)
  await dialog.getByLabel(/to allow it/).fill('discard')
  await discard.click()
  await page.getByText('Done: 2 of 2 deleted.').waitFor()
  expect(await mail.queue.getFailedCount()).toBe(before - 2)
  await page.goBack()
  await page.getByRole('button', { name: /^Select all \d+ of the group/ }).click()
  await page.getByText('18 jobs selected').waitFor()
})

test('an Escape leaves everything as it was', async () => {
  await using browser = await openPage(at('queues/mail/failures'))
  const { page } = browser
  const before = await mail.queue.getFailedCount()
  await page.getByRole('button', { name: 'Discard all …' }).click()
  await page.getByRole('dialog').getByText(`${before} dead letters`, { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await mail.queue.getFailedCount()).toBe(before)
})

test('a time window narrows what is shown and what is handled; it is in the address', async () => {
  const [newest] = await mail.queue.getFailed(0, 0)
  const after = new Date((newest?.finishedOn ?? 0) + 1).toISOString()
  const before = await mail.queue.getFailedCount()
  await mail.fail(4, () => 'order 7 of request abcdef0123456789abcdef01 was not found')
  // With those that were put back in line before.
  const count = (await mail.queue.getFailedCount()) - before
  await using browser = await openPage(at(`queues/mail/failures?failed_after=${after}`))
  const { page } = browser
  await page.getByText(new RegExp(`^${count} dead letters in 1 group failed after`)).waitFor()
  await page
    .getByRole('listitem')
    .filter({ hasText: 'was not found' })
    .getByRole('button', { name: /^Retry/ })
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Retry ${count} dead letters` })
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByText(/dead letters in 2 groups\.$/).waitFor()
  expect(new URL(page.url()).search).toBe('')
})

test('a queue is paused, its delayed jobs are promoted, and it goes on', async () => {
  await mail.queue.add('later', { n: 0 }, { delay: 3_600_000 })
  await using browser = await openPage(at('queues/mail'))
  const { page } = browser
  await page.getByRole('button', { name: 'Pause …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pause mail' }).click()
  await page.getByRole('button', { name: 'Resume …' }).waitFor()
  expect(await mail.queue.isPaused()).toBe(true)
  await page.getByRole('button', { name: 'Promote 1 delayed job …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Promote 1 delayed job' }).click()
  await page.getByText('Done: 1 of 1 promoted.').waitFor()
  expect(await mail.queue.getDelayedCount()).toBe(0)
  await page.goBack()
  await page.getByRole('button', { name: 'Resume …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Resume mail' }).click()
  await page.getByRole('button', { name: 'Pause …' }).waitFor()
  expect(await mail.queue.isPaused()).toBe(false)
})

test('a job is found by a text of its error, and everything about it is shown as text', async () => {
  await using browser = await openPage(at('queues/mail/search'))
  const { page } = browser
  await page.getByLabel('Text in the job').fill('AccessDenied: user 3 may')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText(/^Scanned (\d+) of \1 jobs, 1 job found\.$/).waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('AccessDenied: user 3 may')
  await page.getByRole('listitem').filter({ hasText: hostile }).getByRole('link').first().click()
  await page.getByRole('region', { name: 'Why it failed' }).getByText(hostile).waitFor()
  await expectWellMade(browser)
  await page.goBack()
  await page.getByText(/1 job found/).waitFor()
})

test('an export is put together, followed and fetched', async () => {
  await using browser = await openPage(at('exports'))
  const { page } = browser
  await page.getByText('No export was asked for yet').waitFor()
  await page.getByRole('button', { name: 'Start an export' }).click()
  await page.getByLabel('Format').selectOption('ndjson')
  await page.getByRole('checkbox', { name: 'population' }).uncheck()
  await page.getByRole('button', { name: 'Add a test' }).click()
  await page.getByLabel('Column', { exact: true }).selectOption('country')
  await page.getByLabel('Value').fill('LU')
  await expectWellMade(browser)
  await page.getByRole('button', { name: 'Export cities' }).click()
  await page.getByText('completed').waitFor()
  await page.getByText('File').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download/ }).click(),
  ])
  const rows = await (await fetch(download.url())).text()
  expect(rows).toContain('"country":"LU"')
  expect(rows).not.toContain('population')
  await expectWellMade(browser)
})

test('a value that a dataset does not take is refused with a sentence of the server', async () => {
  await using browser = await openPage(at('exports'))
  const { page } = browser
  await page.getByRole('button', { name: 'Start an export' }).click()
  await page.getByRole('button', { name: 'Add a test' }).click()
  await page.getByLabel('Column', { exact: true }).selectOption('population')
  await page.getByLabel('Value').fill('many')
  await page.getByRole('button', { name: 'Export cities' }).click()
  const refusal = page.getByRole('alert')
  await refusal.waitFor()
  expect(await refusal.textContent()).toContain('population')
})

test('every view is well made in both themes and at both widths, also when there is nothing to see', async () => {
  const texts = {
    'queues/mail/failures': 'dead letters in',
    'queues/mail/failures?failed_before=2001-01-01T00:00:00Z': 'No dead letters, failed before 1 Jan 2001',
    'queues/mail/failures/gone': 'No dead letter is in this group any more',
    'queues/absent/failures': 'There is no queue',
    'queues/mail/search?q=found&state=failed': 'jobs found.',
    'queues/mail/search?q=nothing-has-this': '0 jobs found.',
    'queues/mail/jobs/10': 'Attempts',
    'queues/mail/jobs/999999': 'There is no such job',
    operations: 'Asked for by',
    'operations?queue=absent': 'No operation fits these filters.',
    'operations/00000000-0000-4000-8000-000000000000': 'There is no such operation',
    exports: 'Exports',
  }
  expect.hasAssertions()
  await using browsers = await openPages(at('operations'), appearances)
  for (const [path, text] of Object.entries(texts)) {
    await browsers.each(async (browser) => {
      await browser.page.goto(at(path))
      await browser.page.getByText(text).first().waitFor()
      await expectWellMade(browser)
    })
  }
})

test('a page that is read-only offers nothing that changes anything', async () => {
  const settings = { QUEUE_URL: redis.url, DATA_DIR: folder.path, QUEUES: '*', CANARY_INTERVAL_MS: '0' }
  await using readOnly = await startProgram({ ...settings, ROLE: 'server', READ_ONLY: '1' })
  const lastText = {
    'queues/mail/failures': 'dead letters in',
    exports: 'completed',
    'queues/mail/jobs/10': 'Attempts',
  }
  for (const [path, text] of Object.entries(lastText)) {
    await using browser = await openPage(`${readOnly.url}/${path}`)
    await browser.page.getByText(text).first().waitFor()
    // Only after the status has come it is known what may be done.
    await browser.page.getByRole('heading', { level: 1, name: /operational$/i }).waitFor()
    const buttons = browser.page.getByRole('button', { name: /^(?:Retry|Discard|Start|Promote|Pause|Cancel)/ })
    expect(await buttons.count()).toBe(0)
  }
})
