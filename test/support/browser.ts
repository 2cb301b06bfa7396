import { AxeBuilder } from '@axe-core/playwright'
import type { HealthStatus } from '@queue-ops/server/contract'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

/** For what never comes true. */
const DEADLINE_MS = 120_000

/** A page in a real Chromium that remembers what went wrong in it. */
export interface BrowserPage {
  page: Page
  /** Console errors, uncaught exceptions and requests to other hosts so far. */
  complaints: string[]
  /** Waits until the headline says this word. */
  shows(status: HealthStatus | 'unknown'): Promise<void>
  /** What axe finds against WCAG 2.2 A and AA, one line per rule. */
  accessibilityViolations(): Promise<string[]>
}

/** Opens the page at `url`. */
export async function openPage(
  url: string,
  options: BrowserContextOptions = {},
): Promise<BrowserPage & AsyncDisposable> {
  const browser = await launch()
  const page = await open(browser, url, options)
  return { ...page, [Symbol.asyncDispose]: () => browser.close() }
}

/** The same page several times. */
export interface BrowserPages extends AsyncDisposable {
  /** Looks at all of them at once. */
  each(look: (page: BrowserPage) => Promise<void>): Promise<void>
}

/** Opens the page at `url` once for each of these, in one browser. */
export async function openPages(url: string, appearances: readonly BrowserContextOptions[]): Promise<BrowserPages> {
  const browser = await launch()
  const pages = await Promise.all(appearances.map((appearance) => open(browser, url, appearance)))
  return {
    each: async (look) => void (await Promise.all(pages.map(look))),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Without a sandbox because root, as on CI, cannot have one; the rest keeps Chromium from calling home.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

async function open(browser: Browser, url: string, options: BrowserContextOptions): Promise<BrowserPage> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(DEADLINE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  const home = new URL(url).host
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol.startsWith('http') && host !== home) complaints.push(`request to ${request.url()}`)
  })
  await page.goto(url)
  return {
    page,
    complaints,
    shows: (status) => page.getByRole('heading', { level: 1, name: new RegExp(`${status}$`, 'i') }).waitFor(),
    async accessibilityViolations() {
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze()
      return violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`)
    },
  }
}
