import { ProbeAlert, ProbeHistory } from '@queue-ops/server/contract'
import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { probeConfig, startProbeDaemon, type ProbeDaemon } from '../support/probe-daemon.ts'
import { probeOnce } from '../support/probe.ts'
import { probeProgram, runProgram, temporaryFolder } from '../support/program.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { startSwitchableTarget } from '../support/switchable-target.ts'

const defaults = { interval: '150ms', timeout: '2s', jitter: '0%' }
const silent = 'http://127.0.0.1:1/never'

const alertsOf = ({ received }: Receiver) => received.map(({ body }) => ProbeAlert.strict().parse(JSON.parse(body)))
const arrived = ({ received }: Receiver) =>
  received.filter(({ status }) => status === 200).map(({ body }) => ProbeAlert.parse(JSON.parse(body)).event)

/** So many more runs have ended: what was to happen by now has happened. */
async function someRuns(daemon: ProbeDaemon, count = 6): Promise<void> {
  const before = daemon.results().length
  await eventually(() => expect(daemon.results().length).toBeGreaterThanOrEqual(before + count))
}

test.concurrent('one open and one resolve per incident, through killed probes and a receiver that fails and hangs', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  await writeFile(join(folder.path, 'hook.url'), `${receiver.url}/hook\n`)
  await writeFile(join(folder.path, 'hook.key'), 'geheim\n')
  const hook = { type: 'webhook', name: 'hook', url_file: 'hook.url', hmac_secret_file: 'hook.key' }
  const targets = [{ name: 'exports', url: target.url }]
  const args = ['--config', await probeConfig(folder.path, { defaults, targets, alerts: [hook], history: 'h.sqlite' })]

  target.become('ill')
  receiver.behave(500)
  await using first = startProbeDaemon(args)
  await eventually(() => expect(receiver.received.length).toBeGreaterThanOrEqual(2))
  await first.stop('SIGKILL')

  receiver.behave('hang')
  await using second = startProbeDaemon(args)
  await eventually(() => expect(receiver.received.some(({ status }) => status === null)).toBe(true))
  await second.stop('SIGKILL')

  receiver.behave(200)
  await using third = startProbeDaemon(args)
  await eventually(() => expect(arrived(receiver)).toEqual(['fail']))
  await someRuns(third)
  await third.stop('SIGKILL')

  await using fourth = startProbeDaemon(args)
  await someRuns(fourth)
  expect(arrived(receiver)).toEqual(['fail'])
  target.become('well')
  await eventually(() => expect(arrived(receiver)).toEqual(['fail', 'resolve']))
  await someRuns(fourth)
  expect(await fourth.stop()).toBe(0)
  expect(arrived(receiver)).toEqual(['fail', 'resolve'])

  const alerts = alertsOf(receiver)
  expect(new Set(alerts.map(({ incident_id }) => incident_id)).size).toBe(1)
  expect(new Set(alerts.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  // Every attempt of one delivery has the same key: who got it and could not say so knows it again.
  expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(2)
  for (const { headers, body, path } of receiver.received) {
    const hmac = createHmac('sha256', 'geheim').update(`${String(headers['x-probe-timestamp'])}.${body}`)
    expect([path, headers['x-probe-signature']]).toEqual(['/hook', `sha256=${hmac.digest('hex')}`])
  }
  expect(first.stderr()).toContain('an alert to hook could not be delivered and is tried again: HTTP 500')
  for (const { stderr } of [first, second, third, fourth]) expect(stderr()).not.toMatch(/geheim|\/hook/)
})

test.concurrent('whenever the probe is killed and however the receiver fails, each incident is opened once and closed once', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const quick = { ...defaults, interval: '100ms', fail_after: '1/1', resolve_after: 1 }
  const targets = [{ name: 'a', url: target.url }]
  const args = ['--config', await probeConfig(folder.path, { defaults: quick, targets, alerts, history: 'h.sqlite' })]
  const random = randomNumbers(20_261_124)
  for (let round = 0; round < 15; round++) {
    receiver.behave(([200, 200, 503, 'hang'] as const)[Math.floor(random() * 4)] ?? 200)
    await using daemon = startProbeDaemon(args)
    for (let turn = 0; turn < 3; turn++) {
      target.become(random() < 0.5 ? 'ill' : 'well')
      await someRuns(daemon, Math.floor(random() * 4))
    }
    await daemon.stop('SIGKILL')
  }
  receiver.behave(200)
  target.become('well')
  await using last = startProbeDaemon([...args, '--listen', '127.0.0.1:0'])
  const incidents = await eventually(async () => {
    const response = await fetch(`${await last.url()}/history.json`)
    const { incidents } = ProbeHistory.parse(await response.json())
    expect(incidents.every(({ closed_at }) => closed_at !== null)).toBe(true)
    expect(await (await fetch(`${await last.url()}/metrics`)).text()).toContain(
      'undelivered_alerts{channel="webhook"} 0',
    )
    return incidents
  }, 90_000)
  expect(incidents.length).toBeGreaterThan(1)
  // What arrived twice, because the probe was killed before it had written down that it arrived, has the same key.
  const deliveries = new Map<unknown, string>()
  for (const { headers, body, status } of receiver.received) {
    const { incident_id, event } = ProbeAlert.parse(JSON.parse(body))
    if (status === 200) deliveries.set(headers['idempotency-key'], `${incident_id} ${event}`)
  }
  const expected = incidents.flatMap(({ id }) => [`${id} fail`, `${id} resolve`])
  expect([...deliveries.values()].filter((told) => !told.endsWith('flapping')).toSorted()).toEqual(expected.toSorted())
})

test.concurrent('a channel that is dead holds up neither another one nor the probe', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using dead = await startReceiver()
  await using receiver = await startReceiver()
  dead.behave('hang')
  const alerts = [
    { type: 'webhook', name: 'dead', url: dead.url },
    { type: 'webhook', name: 'gone', url: 'http://127.0.0.2:3/s3cret' },
    { type: 'webhook', name: 'alive', url: receiver.url },
  ]
  const file = await probeConfig(folder.path, { defaults, targets: [{ name: 'a', url: target.url }], alerts })
  target.become('ill')
  await using daemon = startProbeDaemon(['--config', file, '--listen', '127.0.0.1:0'])
  await eventually(() => expect(arrived(receiver)).toEqual(['fail']))
  await eventually(() => expect(dead.received).toHaveLength(1))
  await someRuns(daemon)
  target.become('well')
  await eventually(() => expect(arrived(receiver)).toEqual(['fail', 'resolve']))
  const metrics = await (await fetch(`${await daemon.url()}/metrics`)).text()
  expect(metrics).toContain('queue_probe_undelivered_alerts{channel="dead"} 2\n')
  expect(metrics).toContain('queue_probe_notifications_total{channel="alive",event="fail",outcome="delivered"} 1\n')
  expect(await daemon.stop()).toBe(0)
  expect(daemon.stderr()).toContain('an alert to gone could not be delivered and is tried again: connection refused')
  expect(daemon.stderr()).not.toContain('s3cret')
})

test.concurrent('in maintenance everything is seen and nobody is told', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const now = Date.now()
  const time = (ms: number) => new Date(now + ms).toISOString()
  const maintenance = [{ from: time(-60_000), until: time(3_600_000) }]
  const targets = [
    { name: 'quiet', url: target.url, maintenance },
    { name: 'loud', url: target.url },
  ]
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const file = await probeConfig(folder.path, { defaults, targets, alerts })
  target.become('ill')
  await using daemon = startProbeDaemon(['--config', file, '--listen', '127.0.0.1:0'])
  await eventually(() => expect(alertsOf(receiver).map((alert) => alert.target)).toEqual(['loud']))
  await eventually(async () => {
    const metrics = await (await fetch(`${await daemon.url()}/metrics`)).text()
    expect(metrics).toContain('queue_probe_incident_open{target="quiet"} 2\n')
    expect(metrics).toContain('queue_probe_maintenance{target="quiet"} 1\n')
    expect(metrics).toContain('queue_probe_maintenance{target="loud"} 0\n')
  })
  await someRuns(daemon, 12)
  target.become('well')
  await eventually(() => expect(alertsOf(receiver)).toHaveLength(2))
  await someRuns(daemon, 12)
  expect(alertsOf(receiver).map((alert) => [alert.target, alert.event])).toEqual([
    ['loud', 'fail'],
    ['loud', 'resolve'],
  ])
})

test.concurrent('single runs remember in a history that is named, and tell of an incident before they end', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const targets = [{ name: 'a', url: target.url }]
  const args = ['--config', await probeConfig(folder.path, { targets, alerts, history: 'h.sqlite' })]
  target.become('ill')
  expect((await probeOnce(args)).code).toBe(2)
  expect(arrived(receiver)).toEqual([])
  expect((await probeOnce(args)).code).toBe(2)
  expect(arrived(receiver)).toEqual(['fail'])
  target.become('well')
  for (let run = 0; run < 3; run++) expect((await probeOnce(args)).code).toBe(0)
  expect(arrived(receiver)).toEqual(['fail', 'resolve'])
})

test.concurrent('the incident of a target that is watched no longer is closed', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const config = (names: string[]) =>
    probeConfig(folder.path, {
      defaults,
      alerts,
      history: 'h.sqlite',
      targets: names.map((name) => ({ name, url: target.url })),
    })
  target.become('ill')
  await using before = startProbeDaemon(['--config', await config(['stays', 'goes'])])
  await eventually(() => expect(arrived(receiver)).toEqual(['fail', 'fail']))
  await before.stop()
  await using part = startProbeDaemon(['--config', await config(['stays', 'goes']), '--target', 'stays'])
  await someRuns(part)
  await part.stop()
  expect(arrived(receiver)).toEqual(['fail', 'fail'])
  await using after = startProbeDaemon(['--config', await config(['stays'])])
  await someRuns(after)
  expect(arrived(receiver)).toEqual(['fail', 'fail', 'resolve'])
  expect(alertsOf(receiver).at(-1)).toMatchObject({ target: 'goes', event: 'resolve' })
})

test.concurrent('the heartbeat is called while all is well, and says so when it is not', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const heartbeat = { url: `${receiver.url}/ping?rid=1`, every: '1s', fail: true }
  const file = await probeConfig(folder.path, { defaults, targets: [{ name: 'a', url: target.url }], heartbeat })
  await using daemon = startProbeDaemon(['--config', file])
  const paths = () => receiver.received.map(({ path }) => path)
  await eventually(() => expect(paths().length).toBeGreaterThanOrEqual(2))
  expect(new Set(paths())).toEqual(new Set(['/ping?rid=1']))
  target.become('ill')
  await eventually(() => expect(paths().at(-1)).toBe('/ping/fail?rid=1'))
  expect(receiver.received.at(-1)?.body).toContain('the test wants it so')
  target.become('well')
  await eventually(() => expect(paths().at(-1)).toBe('/ping?rid=1'))
  expect(await daemon.stop()).toBe(0)
})

test.concurrent('test-alert sends an alert and its end, and says what was answered', async () => {
  await using folder = await temporaryFolder()
  await using receiver = await startReceiver()
  await writeFile(join(folder.path, 'url'), receiver.url)
  const alerts = [{ type: 'webhook', name: 'hook', url_file: 'url' }]
  const file = await probeConfig(folder.path, { targets: [{ name: 'a', url: silent }], alerts })
  const run = (...args: string[]) => runProgram(probeProgram, ['test-alert', ...args])
  expect(await run('hook', '--config', file)).toEqual({
    code: 0,
    stdout: 'hook fail: delivered, HTTP 200 OK: ok\nhook resolve: delivered, HTTP 200 OK: ok\n',
    stderr: '',
  })
  const sent = alertsOf(receiver)
  expect(sent.map(({ event }) => event)).toEqual(['fail', 'resolve'])
  expect(new Set(sent.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  expect(sent[0]?.dedup_key).toMatch(/^queue-ops-probe-test-/)
  receiver.behave(404)
  expect(await run('--config', file, 'hook')).toMatchObject({
    code: 3,
    stdout: 'hook fail: NOT delivered, HTTP 404 Not Found: no\nhook resolve: NOT delivered, HTTP 404 Not Found: no\n',
  })
  expect(await run('hok', '--config', file)).toMatchObject({ code: 3, stderr: expect.stringContaining('one of hook') })
})

test.concurrent('mistakes in alerts are told with their place, and no secret', async () => {
  await using folder = await temporaryFolder()
  const check = async (config: object) => {
    const file = await probeConfig(folder.path, { targets: [{ name: 'a', url: silent }], ...config })
    return (await runProgram(probeProgram, ['config', 'check', file])).stdout
  }
  const hook = { type: 'webhook', url: silent }
  expect(await check({ alerts: [{ type: 'sms' }] })).toContain(
    'alerts[0].type must have a type, one of: webhook, slack',
  )
  expect(await check({ alerts: [{ type: 'slack' }] })).toContain('alerts[0] needs url or url_file, and not both')
  expect(await check({ alerts: [hook, hook] })).toContain('alerts[1] is called like another channel')
  expect(await check({ alerts: [{ ...hook, targets: ['b'] }] })).toContain(
    'alerts[0].targets must be names of targets: a',
  )
  expect(await check({ alerts: [{ ...hook, uri: '' }] })).toContain(
    'alerts[0].uri is no known key: did you mean "url"?',
  )
  expect(await check({ listen: '0.0.0.0:9464' })).toContain('listen must be a loopback address')
  expect(await check({ listen: '127.0.0.1' })).toContain('listen must be an address and a port')
  expect(await check({ heartbeat: {} })).toContain('heartbeat needs url or url_file, and not both')
  expect(await check({ history: { file: 'h.sqlite', keep: { results: '1m' } } })).toContain('from 1h to 30d')
})
