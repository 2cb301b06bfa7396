import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { probeConfig, startProbeDaemon } from '../support/probe-daemon.ts'
import { probeProgram, runProgram, startProgram, temporaryFolder } from '../support/program.ts'
import { promtoolComplaints } from '../support/promtool.ts'
import { startReceiver } from '../support/receiver.ts'
import { startSwitchableTarget } from '../support/switchable-target.ts'

const listen = ['--listen', '127.0.0.1:0']

/** A request with headers that `fetch` does not let one set. */
async function ask(url: string, headers: Record<string, string>, method = 'GET') {
  const [response] = (await once(request(url, { headers, method }).end(), 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

test('promtool has no complaint about /metrics and /probe, with a real server as target and one that is gone', async () => {
  await using folder = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: folder.path })
  const targets = [
    { name: 'exports', url: `${server.url}/mcp`, steps: { canary_export: 'on' } },
    { name: 'gone "\\ \n', url: 'http://127.0.0.2:3/mcp' },
  ]
  const alerts = [{ type: 'webhook', url: 'http://127.0.0.2:3/' }]
  const config = { defaults: { interval: '200ms' }, targets, alerts, listen: '127.0.0.1:0' }
  await using daemon = startProbeDaemon(['--config', await probeConfig(folder.path, config)])
  const url = await daemon.url()
  const metrics = await eventually(async () => {
    const response = await fetch(`${url}/metrics`)
    const body = await response.text()
    expect(response.headers.get('content-type')).toContain('version=0.0.4')
    expect(body).toMatch(/queue_probe_notifications_total\{channel="webhook",event="fail",outcome="retried"\} [1-9]/)
    expect(body).toContain('queue_probe_canary_duration_seconds{target="exports"}')
    return body
  })
  expect(promtoolComplaints(metrics)).toBe('')
  expect(metrics).toContain('queue_probe_success{target="exports",check="run"} 1\n')
  expect(metrics).toContain('queue_probe_success{target="gone \\"\\\\ \\n",check="run"} 0\n')
  expect(metrics).toContain('queue_probe_status{target="exports",status="pass"} 1\n')
  expect(metrics).toContain('queue_probe_jobs{target="exports",state="dead_letter"} 0\n')
  expect(metrics).toMatch(/queue_probe_failures_total\{target="gone [^}]+",reason="unreachable"\} [1-9]/)

  const probed = await (await fetch(`${url}/probe?target=exports`)).text()
  expect(promtoolComplaints(probed)).toBe('')
  expect(probed).toContain('queue_probe_success{target="exports",check="run"} 1\n')
  expect(probed).not.toContain('gone')
})

test('/probe runs now, also when the schedule would not, and only what is configured', async () => {
  await using target = await startSwitchableTarget()
  await using daemon = startProbeDaemon(['--url', target.url, '--interval', '3600', ...listen])
  await eventually(() => expect(daemon.results()).toHaveLength(1))
  const probe = async (name: string) => {
    const response = await fetch(`${await daemon.url()}/probe?target=${encodeURIComponent(name)}`)
    return { status: response.status, body: await response.text() }
  }
  target.become('ill')
  expect((await probe(target.url)).body).toContain(`queue_probe_status{target="${target.url}",status="fail"} 1\n`)
  target.become('well')
  expect((await probe(target.url)).body).toContain(`queue_probe_status{target="${target.url}",status="pass"} 1\n`)
  expect(await probe('http://127.0.0.1:1/')).toMatchObject({ status: 404 })
  expect((await fetch(`${await daemon.url()}/probe`)).status).toBe(400)
  expect(daemon.results()).toHaveLength(1)
})

test('/health is about the probe and not about what it sees', async () => {
  await using target = await startSwitchableTarget()
  target.become('ill')
  await using daemon = startProbeDaemon(['--url', target.url, '--interval', '0.1', ...listen])
  await eventually(() => expect(daemon.results().length).toBeGreaterThan(3))
  const response = await fetch(`${await daemon.url()}/health`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/health+json'])
  expect(await response.json()).toMatchObject({ status: 'pass', not_probed: [], history_problem: null })
})

test('only this machine is answered, and no foreign page', async () => {
  await using target = await startSwitchableTarget()
  await using daemon = startProbeDaemon(['--url', target.url, ...listen])
  const url = await daemon.url()
  expect((await ask(`${url}/health`, {})).status).toBe(200)
  expect((await ask(`${url}/health`, { host: 'localhost:1' })).status).toBe(200)
  expect((await ask(`${url}/health`, { host: 'evil.test' })).status).toBe(403)
  expect((await ask(`${url}/health`, { origin: 'https://evil.test' })).status).toBe(403)
  expect(await ask(`${url}/health`, {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  expect(await ask(`${url}/health`, {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  expect((await ask(`${url}/nothing`, {})).body).toContain('/metrics, /probe, /history.json, /incidents.rss, /health')
  const refused = await runProgram(probeProgram, ['--url', target.url, '--listen', '0.0.0.0:0'])
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--listen must be a loopback address') })
  const taken = await runProgram(probeProgram, ['--url', target.url, '--listen', new URL(url).host])
  expect(taken).toMatchObject({ code: 3, stderr: expect.stringContaining('is in use by another program') })
})

test('elsewhere than on loopback every request needs the token', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await writeFile(join(folder.path, 'token'), 'geheim\n')
  const listen = { address: '0.0.0.0:0', token_file: 'token' }
  const file = await probeConfig(folder.path, { targets: [{ name: 'a', url: target.url }], listen })
  await using daemon = startProbeDaemon(['--config', file])
  const { port } = new URL(await daemon.url())
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address
  for (const host of ['127.0.0.1', ...(outside === undefined ? [] : [outside])]) {
    const url = `http://${host}:${port}/health`
    expect((await ask(url, {})).status).toBe(401)
    expect((await ask(url, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await ask(url, { authorization: 'Bearer geheim' })).status).toBe(200)
    const basic = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`
    expect((await ask(url, { authorization: basic('wrong') })).status).toBe(401)
    expect((await ask(url, { authorization: basic('geheim') })).status).toBe(200)
    const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
    expect((await ask(url, { authorization: basic('geheim'), ...embedded })).status).toBe(403)
  }
})

test('metrics are pushed as OTLP, the same as /metrics has', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using collector = await startReceiver()
  await writeFile(join(folder.path, 'token'), 'geheim')
  const otlp = { url: collector.url, every: '1s', bearer_file: 'token' }
  const targets = [{ name: 'a', url: target.url }]
  const config = { defaults: { interval: '100ms' }, targets, otlp, listen: '127.0.0.1:0' }
  await using daemon = startProbeDaemon(['--config', await probeConfig(folder.path, config)])
  await eventually(() => expect(collector.received.length).toBeGreaterThanOrEqual(2))
  const [, second] = collector.received
  expect(second).toMatchObject({ path: '/v1/metrics', headers: { authorization: 'Bearer geheim' } })
  const { resourceMetrics } = JSON.parse(second?.body ?? '') as {
    resourceMetrics: { scopeMetrics: { metrics: { name: string }[] }[] }[]
  }
  const pushed = resourceMetrics[0]?.scopeMetrics[0]?.metrics.map(({ name }) => name)
  const scraped = await (await fetch(`${await daemon.url()}/metrics`)).text()
  expect(pushed).toEqual([...scraped.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
  collector.behave(503)
  await eventually(() => expect(daemon.stderr()).toContain('metrics could not be pushed: HTTP 503'))
  collector.behave(200)
  await eventually(() => expect(daemon.stderr()).toContain('metrics are pushed again'))
})
