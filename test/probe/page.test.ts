import { ProbeHistory, ProbeStatus } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { openPage, openPages, type BrowserPage } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { serveHttp } from '../support/http-servers.ts'
import { probeConfig, startProbeDaemon, type ProbeDaemon } from '../support/probe-daemon.ts'
import { startProgram, temporaryFolder, type Program } from '../support/program.ts'
import { startSwitchableTarget } from '../support/switchable-target.ts'

const defaults = { interval: '500ms', timeout: '20s', jitter: '0%' }
const listen = '127.0.0.1:0'

async function status(daemon: ProbeDaemon, query = ''): Promise<ProbeStatus> {
  const response = await fetch(`${await daemon.url()}/api/status${query}`)
  return ProbeStatus.strict().parse(await response.json())
}

/** Waits for its worker too: from now on no run of a probe has anything to complain about. */
const isHealthy = ({ url }: Program) =>
  eventually(async () => expect((await fetch(`${url}/api/health`)).status).toBe(200))

async function history(daemon: ProbeDaemon) {
  const response = await fetch(`${await daemon.url()}/history.json?target=exports`)
  return ProbeHistory.parse(await response.json())
}

/** The silence began between the last run that was answered and the first that was not. */
async function expectBegan(silence: ProbeStatus['silence'], daemon: ProbeDaemon) {
  const { results } = await history(daemon)
  const answered = results.find(({ failed_step }) => failed_step === null)
  const refused = results.findLast(({ failed_step }) => failed_step === 'connect')
  const moments = [answered?.time, silence?.since, refused?.time].map((time) => time ?? 'none')
  expect(moments.toSorted()).toEqual(moments)
  expect(moments).not.toContain('none')
}

const checksOf = ({ page }: BrowserPage) => page.getByRole('region', { name: 'Checks' })

async function expectWellMade({ page, accessibilityViolations, complaints }: BrowserPage) {
  expect(await accessibilityViolations()).toEqual([])
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect(overflow).toBe(0)
  expect(complaints).toEqual([])
}

const appearances = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

test('the page of the probe outlives the server, says since when it is down, and recovers by itself', async () => {
  await using folder = await temporaryFolder()
  await using other = await startSwitchableTarget()
  const settings = { DATA_DIR: folder.path, PORT: String(await freePort()) }
  const server = await startProgram(settings)
  await isHealthy(server)
  const targets = [
    { name: 'exports', url: `${server.url}/mcp` },
    { name: 'mailer', url: other.url },
  ]
  const config = await probeConfig(folder.path, { defaults, targets, listen, history: 'h.sqlite' })
  await using daemon = startProbeDaemon(['--config', config])
  await using browsers = await openPages(await daemon.url(), appearances)
  await browsers.each(async (browser) => {
    await browser.shows('operational')
    const board = browser.page.getByRole('link', { name: 'Open Bull Board' })
    expect(await board.getAttribute('href')).toBe(`${server.url}/admin/queues/`)
    await browser.page.getByText('No incident in the last year.').waitFor()
    await expectWellMade(browser)
  })

  await eventually(() => expect(daemon.results().map(({ status }) => status)).toContain('pass'))
  await server.stop('SIGKILL')
  await browsers.each(async (browser) => {
    await browser.shows('down')
    const since = /The server does not answer since \d\d:\d\d:\d\d .*\(\d+ s\): connection refused/
    await browser.page.getByText(since).waitFor()
    await browser.page.getByText('1 open').waitFor()
    await checksOf(browser)
      .getByText(/as of \d\d:\d\d:\d\d/)
      .waitFor()
    await checksOf(browser).getByText('queue_sqlite').waitFor()
  })
  const { silence } = await status(daemon)
  await expectBegan(silence, daemon)
  await browsers.each(async (browser) => {
    const runs = browser.page.getByRole('region', { name: 'History of the probe' })
    await runs.getByText(/ pass, .*\d+ fail/).waitFor()
    await expectWellMade(browser)
    for (const span of ['Hours', 'Days']) {
      await runs.getByRole('button', { name: span }).click()
      await runs.getByText(/\d+ runs in the last \d+ days: \d+ pass, .*\d+ fail\./).waitFor()
      await expectWellMade(browser)
    }
  })
  // The silence goes on: it is still the same one.
  expect((await status(daemon)).silence).toEqual(silence)

  await using second = await startProgram(settings)
  expect(second.url).toBe(server.url)
  await browsers.each(async (browser) => {
    await browser.shows('operational')
    await browser.page.getByRole('region', { name: 'Incidents' }).getByText('over').waitFor()
    expect(await browser.page.getByText('does not answer since').count()).toBe(0)
    expect(await checksOf(browser).getByText(/as of/).count()).toBe(0)
  })
  expect((await history(daemon)).incidents).toMatchObject([{ target: 'exports', closed_at: expect.any(String) }])

  // Of a server that has no status of its own there is what the probe sees.
  other.become('ill', 'the mails are lost')
  await eventually(async () => expect((await status(daemon, '?target=mailer')).targets[1]?.status).toBe('fail'))
  await browsers.each(async (browser) => {
    await browser.page.getByRole('link', { name: /^mailer/ }).click()
    await browser.shows('down')
    await browser.page.getByText(/The probe: .*the mails are lost/).waitFor()
    await expectWellMade(browser)
  })
})

test('a probe that was started while the server is silent knows from its history since when', async () => {
  await using folder = await temporaryFolder()
  const server = await startProgram({ DATA_DIR: folder.path })
  const targets = [{ name: 'exports', url: `${server.url}/mcp` }]
  const args = ['--config', await probeConfig(folder.path, { defaults, targets, listen, history: 'h.sqlite' })]
  await using first = startProbeDaemon(args)
  await eventually(async () => {
    expect(first.results().map(({ status }) => status)).toContain('pass')
    expect((await status(first)).report).not.toBeNull()
  })
  await server.stop('SIGKILL')
  await eventually(() =>
    expect(first.results().filter(({ failed_step }) => failed_step === 'connect').length).toBeGreaterThanOrEqual(3),
  )
  const before = await status(first)
  await expectBegan(before.silence, first)
  expect(before.report?.health.queue).toBe('exports')
  await first.stop('SIGKILL')

  await using second = startProbeDaemon(args)
  const after = await status(second)
  await expectBegan(after.silence, second)
  expect(after.report).toBeNull()
  await using browser = await openPage(await second.url())
  await browser.shows('down')
  await browser.page.getByText('The probe has not seen its status since it was started itself.').waitFor()
  await browser.page.getByText(/ pass, .*\d+ fail/).waitFor()
})

test('what the page is made of has the headers of the server, and nothing else can be fetched', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using server = await startProgram({ DATA_DIR: folder.path })
  await using daemon = startProbeDaemon(['--url', target.url, '--listen', listen])
  const url = await daemon.url()
  const index = await (await fetch(url)).text()
  const assets = [...index.matchAll(/(?:src|href)="\.\/((?:assets|icon)[^"]+)"/g)].map(([, path = '']) => path)
  expect(assets.length).toBeGreaterThanOrEqual(3)
  const always = ['content-security-policy', 'x-content-type-options', 'content-type']
  const both = (path: string) => Promise.all([fetch(`${url}/${path}`), fetch(`${server.url}/${path}`)])
  const told = (path: string, { headers }: Response, names: readonly string[]) =>
    names.map((name) => [path, name, headers.get(name)?.toLowerCase()])
  for (const path of assets) {
    const [ours, servers] = await both(path)
    expect(ours.status).toBe(200)
    expect(await ours.text()).toBe(await servers.text())
    const names = [...always, 'cache-control']
    expect(told(path, ours, names)).toEqual(told(path, servers, names))
  }
  // The server's has what is known in it, and is not kept.
  const [ours, servers] = await both('')
  expect(told('', ours, always)).toEqual(told('', servers, always))
  for (const path of ['/%2e%2e/package.json', '/..%2fpackage.json', '/assets/', '/index.html/x', '/constructor']) {
    expect([path, (await fetch(url + path)).status]).toEqual([path, 404])
  }
})

test('a server is asked for its status once a second at most, and what it sends is bounded and checked', async () => {
  let asked = 0
  const health = { healthy: true, status: 'operational', summary: 'Well.', queue: 'q', checks: [] }
  const observed = { ...health, observed_at: new Date().toISOString() }
  const told = { queue: null, fleet: null, read_only: false, probe_results: [] }
  const report = { version: '1', health: observed, ...told, board_url: 'javascript:alert(1)' }
  let answer = JSON.stringify(report)
  await using server = await serveHttp((request, response) => {
    if (request.url !== '/api/status') return void response.writeHead(404).end()
    asked += 1
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  })
  await using daemon = startProbeDaemon(['--url', server.url, '--interval', '3600', '--listen', listen])
  await eventually(() => expect(daemon.results()).toHaveLength(1))
  await eventually(() => expect(asked).toBeGreaterThan(0))
  const before = asked
  const answers = await Promise.all(Array.from({ length: 30 }, () => status(daemon)))
  expect(asked - before).toBeLessThanOrEqual(1)
  const whole = { ...report, board_url: `${new URL(server.url).origin}/` }
  expect(answers[0]).toMatchObject({ report: whole, silence: null, served_by: 'probe' })
  for (const wrong of [JSON.stringify({ ...report, x: 'x'.repeat(5_000_000) }), '{}', '<html>']) {
    answer = JSON.stringify(report)
    await eventually(async () => expect((await status(daemon)).report).toEqual(whole))
    answer = wrong
    await eventually(async () => expect(await status(daemon)).toMatchObject({ report: null, silence: null }))
  }
  const unknown = await fetch(`${await daemon.url()}/api/status?target=nobody`)
  expect(unknown.status).toBe(404)
})
