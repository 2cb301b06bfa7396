import { readdir, stat } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openPage } from './support/browser.ts'
import { serveHttp } from './support/http-servers.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { builtPage, recordedQueue, recordedStatus } from './support/recorded-status.ts'

const assets = fileURLToPath(new URL('../web/dist/page/assets', import.meta.url))

test('the first HTML says how things are, at any depth and below the path of a proxy', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  const get = (path: string) => fetch(program.url + path)

  const bases: Record<string, string> = {
    '/': './',
    '/?sort=-failed': './',
    '/operations': './',
    '/queues/exports': '../',
    '/queues/exports/': '../../',
    '/queues/a%2Fb/jobs/x%2Fy': '../../../',
  }
  for (const [path, base] of Object.entries(bases)) {
    const response = await get(path)
    expect([path, response.status]).toEqual([path, 200])
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await response.text()).toContain(`<base href="${base}"`)
  }
  for (const path of ['/queues/a/b/c', '/operations/1/2']) expect([path, (await get(path)).status]).toEqual([path, 404])

  await using proxy = await serveHttp((request, response) => {
    if (!request.url?.startsWith('/ops/')) return void response.writeHead(404).end()
    const passed = httpRequest(program.url + request.url.slice('/ops'.length), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.once('error', () => response.destroy()).end()
    response.once('close', () => passed.destroy())
  })
  await using browser = await openPage(`${new URL(proxy.url).origin}/ops/queues/exports`)
  const { page, complaints } = browser
  await page.getByRole('heading', { level: 2, name: 'exports' }).waitFor()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Queues' }).click()
  await page.getByRole('region', { name: 'Queues' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/ops/')
  await page.goBack()
  await page.getByRole('heading', { level: 2, name: 'exports' }).waitFor()
  expect(complaints).toEqual([])
})

test('the page can be read without JavaScript, and its colours and times can be chosen with it', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using plain = await openPage(program.url, { javaScriptEnabled: false })
  await plain.page.getByText('The queue store answered').first().waitFor()
  expect(await plain.page.locator('footer noscript').textContent()).toMatch(
    /^Without JavaScript the page does not follow/,
  )

  await using browser = await openPage(program.url, { colorScheme: 'light', timezoneId: 'Asia/Tokyo' })
  const { page } = browser
  const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
  await page.getByText('GMT+9').first().waitFor()
  const light = await background()
  await page.getByRole('button', { name: 'UTC' }).click()
  await page.getByRole('button', { name: 'dark' }).click()
  await page
    .getByText(/\d UTC/)
    .first()
    .waitFor()
  expect(await background()).not.toBe(light)
  expect(await browser.accessibilityViolations()).toEqual([])
  await page.reload()
  await page
    .getByText(/\d UTC/)
    .first()
    .waitFor()
  expect(await background()).not.toBe(light)
  expect(await page.getByText('GMT+9').count()).toBe(0)

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  expect(await browser.accessibilityViolations()).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(browser.complaints).toEqual([])
})

test('no text of a queue becomes code in the HTML', async () => {
  const { index, renderPage } = await builtPage()
  const hostile = `</script><script>alert(1)</script><!--$&"'`
  const queue = recordedQueue(hostile, { status: 'down', reason: hostile })
  const status = recordedStatus([queue, recordedQueue('b')])
  const { html } = renderPage(index, { address: '', wayUp: './', status, now: Date.now() })
  expect(html).not.toContain('<script>alert')
  expect(html).not.toContain('<!--$&')
  const start = /<script type="application\/json" id="start">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  expect(JSON.parse(start)).toMatchObject({ status })
})

test('the page is not heavy: at most 100 KB of JavaScript in all as gzip sends it, and nothing is sent as it is', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  const names = await readdir(assets)
  const sizes = await Promise.all(
    names.filter((name) => name.endsWith('.js.gz')).map(async (name) => (await stat(`${assets}/${name}`)).size),
  )
  expect(sizes.length).toBeGreaterThan(0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100_000)
  const paths = ['/', ...names.filter((name) => /\.(?:js|css)$/.test(name)).map((name) => `/assets/${name}`)]
  for (const path of paths) {
    for (const encoding of ['br', 'gzip']) {
      const response = await fetch(program.url + path, { headers: { 'accept-encoding': encoding } })
      expect([path, response.headers.get('content-encoding')]).toEqual([path, encoding])
      expect(response.headers.get('vary')).toContain('Accept-Encoding')
      expect((await response.text()).length).toBeGreaterThan(1000)
    }
  }
})
