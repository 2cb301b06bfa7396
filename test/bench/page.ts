// npm run bench:page: how soon the status page is there, how soon it shows what has changed, and whether large jobs hold it up;
// in headless Chromium on this machine, without throttling. Prints the report. Options: --rounds N.
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { Queue } from 'bullmq'
import type { Page } from 'playwright-core'
import { openPage } from '../support/browser.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { median, quantile } from './figures.ts'
import { describeMachine } from './machine.ts'
import { markdownTable } from './markdown.ts'
import { tellProgress } from './turns.ts'
import { wholeNumber } from './whole-number.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = values.rounds === undefined ? 20 : wholeNumber('--rounds', values.rounds)

const PAYLOAD_MB = 3
const HEAVY_JOBS = 10

/** When the largest thing was painted, and how long the longest task took, in milliseconds since the page was asked for. */
interface Painted {
  lcpMs: number
  longestTaskMs: number
}

/** What the browser has noted by itself, read once it has been quiet for a second. */
const PAINTED = `(async () => {
  const seen = { lcpMs: 0, longestTaskMs: 0 }
  const observe = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  observe('largest-contentful-paint', (entry) => (seen.lcpMs = entry.startTime))
  observe('longtask', (entry) => (seen.longestTaskMs = Math.max(seen.longestTaskMs, entry.duration)))
  await new Promise((resolve) => setTimeout(resolve, 1000))
  return seen
})()`
const painted = (page: Page) => page.evaluate<Painted>(PAINTED)

/** What a script in the page sees, of which Node has no types. */
type Window = typeof globalThis & { document: { body: { innerText: string } } }

/** Until the page shows a text, looked for at each frame. */
const shown = (page: Page, text: string) =>
  page.waitForFunction((text) => (globalThis as Window).document.body.innerText.includes(text), text, {
    polling: 'raf',
  })

/** How long until the page shows a text from the moment on when something changes. */
async function untilShown(page: Page, text: string, change: () => Promise<unknown>): Promise<number> {
  const seen = shown(page, text)
  const began = performance.now()
  await change()
  await seen
  return performance.now() - began
}

const rows: string[][] = []
const row = (what: string, goal: string, measured: string, isReached: boolean) =>
  rows.push([what, goal, measured, isReached ? 'reached' : '**missed**'])
const ms = (value: number) => `${value.toFixed(0)} ms`

await using redis = await startRedis()
await using folder = await temporaryFolder()
const heavy = new Queue('heavy', { connection: { url: redis.url } })
const payload = 'a long row of text, '.repeat((PAYLOAD_MB * 1_000_000) / 20)
await heavy.addBulk(Array.from({ length: HEAVY_JOBS }, (_, n) => ({ name: 'heavy', data: { n, payload } })))
const [first] = await heavy.getWaiting(0, 0)
await using server = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, QUEUES: 'heavy' })

tellProgress('first paint')
const loads: Painted[] = []
let scriptBytes = 0
for (let round = 0; round < rounds; round += 1) {
  await using browser = await openPage(server.url)
  loads.push(await painted(browser.page))
  if (round > 0) continue
  const scripts = await browser.page.evaluate<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))`,
  )
  for (const script of scripts) {
    scriptBytes += gzipSync(Buffer.from(await (await fetch(script)).arrayBuffer())).byteLength
  }
}
const lcp = median(loads.map(({ lcpMs }) => lcpMs))
row('Largest paint, median', '300 ms', ms(lcp), lcp <= 300)
row('JavaScript that is loaded, gzip', '100 KB', `${(scriptBytes / 1000).toFixed(1)} KB`, scriptBytes <= 100_000)

tellProgress('change to screen')
const changes: number[] = []
{
  await using browser = await openPage(`${server.url}/queues/heavy`)
  await browser.page.getByRole('heading', { name: 'heavy' }).waitFor()
  for (let round = 0; round < rounds; round += 1) {
    const before = HEAVY_JOBS + round
    await shown(browser.page, `${before}`)
    changes.push(await untilShown(browser.page, `${before + 1}`, () => heavy.add('light', {})))
  }
}
const change = quantile(changes, 0.95)
row('A job that is added is on the screen, p95', '1 s', ms(change), change <= 1000)

tellProgress(`${HEAVY_JOBS} jobs of ${PAYLOAD_MB} MB`)
const views = [`queues/heavy/search?q=long`, `queues/heavy/jobs/${first?.id}`]
for (const view of views) {
  await using browser = await openPage(`${server.url}/${view}`)
  await browser.page.getByText('a long row of text').first().waitFor()
  const { longestTaskMs } = await painted(browser.page)
  row(
    `Longest task of ${view}`,
    '100 ms',
    longestTaskMs === 0 ? 'none over 50 ms' : ms(longestTaskMs),
    longestTaskMs < 100,
  )
}
await heavy.close()

tellProgress('the store goes away')
{
  await using browser = await openPage(server.url)
  // Nobody works on the large jobs.
  await browser.shows('down')
  const banner = await untilShown(browser.page, 'does not answer', async () => redis.freeze())
  row('The store freezes: the page says so', '3 s', ms(banner), banner <= 3000)
  const began = performance.now()
  const { status } = await fetch(`${server.url}/api/status`)
  const took = performance.now() - began
  row(`… and /api/status answers, with ${status}`, '1 s', ms(took), took <= 1000)
  redis.thaw()
}

console.info(`${(await describeMachine()).join('\n')}\n`)
console.info(markdownTable(['', 'goal', `measured, ${rounds} rounds`, ''], rows, 'words'))
