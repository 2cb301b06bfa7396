import { expect, test } from 'vitest'
import { openPage } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { recordedQueue, recordedStatus, serveRecorded } from './support/recorded-status.ts'

const down = () =>
  recordedStatus([recordedQueue('exports', { status: 'down', reason: 'Nobody takes its jobs.', consuming: false })])

test('what the server tells is on the page without asking, and the page asks when it is not told any more', async () => {
  await using server = await serveRecorded(recordedStatus([recordedQueue('exports')]))
  await using browser = await openPage(server.url)
  await browser.shows('operational')
  await eventually(() => expect(server.streams()).toBe(1))
  expect(server.polls()).toBe(0)
  server.tell(down())
  await browser.shows('down')
  await browser.page.getByText('Nobody takes its jobs.').first().waitFor()
  expect(server.polls()).toBe(0)
  expect(browser.complaints).toEqual([])

  server.stopEvents()
  await eventually(() => expect(server.polls()).toBeGreaterThan(1))
  server.tell(recordedStatus([recordedQueue('exports')]))
  await browser.shows('operational')

  server.tell(null)
  await browser.page.getByText('The server does not answer').first().waitFor()
  await browser.page.getByRole('heading', { level: 1, name: 'No answer' }).waitFor()
  await browser.page
    .getByText(/as of \d\d:\d\d:\d\d/)
    .first()
    .waitFor()
})

test('a server that says nothing any more though it is connected makes what is shown old, and is asked', async () => {
  await using server = await serveRecorded(recordedStatus([recordedQueue('exports')]))
  await using browser = await openPage(server.url)
  await browser.shows('operational')
  await eventually(() => expect(server.streams()).toBe(1))
  const { page } = browser
  expect(await page.getByText('(out of date)').count()).toBe(0)
  server.becomeStill()
  await page.getByText('(out of date)').waitFor()
  await eventually(() => expect(server.polls()).toBeGreaterThan(0))
})

test('a tab that is not seen lets go of the server, and follows again when it is seen', async () => {
  await using server = await serveRecorded(recordedStatus([recordedQueue('exports')]))
  await using browser = await openPage(server.url)
  await eventually(() => expect(server.streams()).toBe(1))
  const become = (hidden: boolean) =>
    browser.page.evaluate(
      `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} })
       document.dispatchEvent(new Event('visibilitychange'))`,
    )
  await become(true)
  await eventually(() => expect(server.streams()).toBe(0))
  server.tell(down())
  await become(false)
  await browser.shows('down')
})

test('the table of fifty queues is sorted and narrowed in the address, on a phone too', async () => {
  const queues = Array.from({ length: 50 }, (_, i) =>
    recordedQueue(`queue-${i}`, {
      status: i % 10 === 7 ? 'degraded' : 'operational',
      counts: { ...recordedQueue('').counts, waiting: (i * 37) % 50 },
    }),
  )
  await using server = await serveRecorded(recordedStatus([recordedQueue('exports'), ...queues]))
  await using browser = await openPage(server.url, { viewport: { width: 1440, height: 900 } })
  const { page } = browser
  const names = () => page.locator('.queue-link').allTextContents()
  await page.getByText('queue-7, queue-17, queue-27 and 2 more are degraded. The other 46 work.').waitFor()
  expect((await names()).slice(0, 6)).toEqual(['queue-7', 'queue-17', 'queue-27', 'queue-37', 'queue-47', 'exports'])
  await page.getByRole('button', { name: 'Waiting' }).click()
  await eventually(async () => expect((await names()).slice(0, 2)).toEqual(['queue-27', 'queue-4']))
  expect(page.url()).toContain('?sort=-waiting')
  expect(await page.getByRole('columnheader', { name: 'Waiting' }).getAttribute('aria-sort')).toBe('descending')

  await page.keyboard.press('/')
  await page.keyboard.type('degraded')
  await eventually(async () => expect(await names()).toHaveLength(5))
  // An address leads to what it led to before.
  await page.reload()
  await eventually(async () => expect((await names())[0]).toBe('queue-27'))
  expect(await names()).toHaveLength(5)

  for (const width of [390, 768, 2560]) {
    await page.setViewportSize({ width, height: 900 })
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect({ width, overflow, violations: await browser.accessibilityViolations() }).toEqual({
      width,
      overflow: 0,
      violations: [],
    })
  }
  await page.locator('.queue-link').first().click()
  await page.getByRole('heading', { level: 2, name: 'queue-27' }).waitFor()
  await page.goBack()
  await eventually(async () => expect(await names()).toHaveLength(5))
})
