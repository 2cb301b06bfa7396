import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Target } from '../target.ts'
import { ProbeFile, TargetEntry } from './file-schema.ts'
import { readConfigFile } from './read-config-file.ts'

const variables = (name: string) => ({ TOKEN: 's3cret', HOOK: 'https://hooks.test/abc' })[name]

const read = (text: string) => readConfigFile('/etc/probe/probe.yaml', text, variables)

/** Without the path, which is the same before all of them. */
const mistakesOf = (text: string) => read(text).mistakes.map((mistake) => mistake.replace('/etc/probe/probe.yaml:', ''))

function targetOf(text: string): Target {
  const { config, mistakes } = read(text)
  expect(mistakes).toEqual([])
  const [target] = config?.targets ?? []
  if (target === undefined) throw new Error('no target')
  return target
}

const least = 'targets:\n  - name: a\n    url: http://a.test/mcp\n'

describe('a file', () => {
  test('needs a name and an address for a target, and the rest has its defaults', () => {
    expect(targetOf(least)).toEqual({
      name: 'a',
      reach: {
        kind: 'http',
        url: new URL('http://a.test/mcp'),
        headers: [],
        tls: { caFile: null, warnBeforeMs: 21 * 86_400_000, failBeforeMs: 7 * 86_400_000 },
      },
      era: 'auto',
      expectedTools: null,
      steps: { tools_list: true, health_check: {}, canary_export: null },
      timeouts: {
        steps: {
          connect: 5000,
          tls: 5000,
          handshake: 5000,
          tools_list: 5000,
          health_check: 5000,
          canary_export: 60_000,
        },
        totalMs: 20_000,
      },
      retries: 0,
      intervalMs: 30_000,
      jitter: 0.1,
      alert: { failAfter: { bad: 2, of: 3 }, resolveAfter: 2, reminderMs: 3_600_000, maintenance: [] },
    })
  })

  test('can say all of it; the target’s own wins over defaults; paths start at the file', () => {
    const target = targetOf(`
defaults: { interval: 1m, timeout: 3s, timeouts: { connect: 1s }, fail_after: 3, tls: { warn_before: 30d }, reminder: 30m }
targets:
  - name: a
    url: https://anna:\${TOKEN}@a.test/mcp
    era: legacy
    headers: { x-tenant: blue, x-key: { file: key } }
    bearer_file: /run/token
    tls: { ca_file: ca.pem, fail_before: 1d }
    expect: { tools: [one] }
    steps: { tools_list: off, health_check: { arguments: { deep: true } }, canary_export: { dataset: d, limit: 5, every: 1h } }
    timeouts: { health_check: 9s, canary_export: 2m }
    total_timeout: 15s
    retries: 2
    interval: 10s
    jitter: 25%
    resolve_after: 3
    reminder: off
    maintenance:
      - { start: "02:30", duration: 45m, timezone: Europe/Amsterdam, every: [Sunday, Monday] }
      - { from: 2026-12-01T00:00:00Z, until: 2026-12-01T02:00:00+01:00 }
`)
    expect(target).toMatchObject({
      era: 'legacy',
      expectedTools: ['one'],
      reach: {
        url: new URL('https://a.test/mcp'),
        headers: [
          { name: 'authorization', value: `Basic ${Buffer.from('anna:s3cret').toString('base64')}` },
          { name: 'x-tenant', value: 'blue' },
          { name: 'x-key', file: '/etc/probe/key', prefix: '' },
          { name: 'authorization', file: '/run/token', prefix: 'Bearer ' },
        ],
        tls: { caFile: '/etc/probe/ca.pem', warnBeforeMs: 30 * 86_400_000, failBeforeMs: 86_400_000 },
      },
      steps: {
        tools_list: false,
        health_check: { deep: true },
        canary_export: { dataset: 'd', limit: 5, everyMs: 3_600_000 },
      },
      timeouts: {
        steps: { connect: 1000, handshake: 3000, health_check: 9000, canary_export: 120_000 },
        totalMs: 15_000,
      },
      retries: 2,
      intervalMs: 10_000,
      jitter: 0.25,
      alert: {
        failAfter: { bad: 3, of: 3 },
        resolveAfter: 3,
        reminderMs: null,
        maintenance: [
          { kind: 'weekly', days: [0, 1], startMinute: 150, durationMs: 2_700_000, timeZone: 'Europe/Amsterdam' },
          { kind: 'once', from: new Date('2026-12-01T00:00:00Z'), until: new Date('2026-12-01T01:00:00Z') },
        ],
      },
    })
  })

  test('of a server that is started says how', () => {
    const target = targetOf('targets:\n  - { name: a, command: [node, s.js], env: { K: "${TOKEN}" }, cwd: sub }')
    expect(target.reach).toEqual({
      kind: 'stdio',
      command: 'node',
      args: ['s.js'],
      env: { K: 's3cret' },
      cwd: '/etc/probe/sub',
    })
  })

  test('opens what the sections name', () => {
    const { config } = read(`${least}results: r.jsonl\nalerts:\n  - { type: webhook, url: "\${HOOK}" }\n`)
    expect(config?.sections.alerts).toMatchObject([{ name: 'webhook', targets: null }])
    expect(config?.results).toBe('/etc/probe/r.jsonl')
  })
})

describe('mistakes', () => {
  test('are told all at once, each with its place and what is allowed', () => {
    expect(
      mistakesOf(`defaults: { intervall: 5s, fail_after: 4/3 }
target: 1
targets:
  - name: a
    url: ftp://x
    heders: { x: 1 }
    steps: { canary_export: { datset: c }, health_check: maybe, tools_list: nope }
    tls: { warn_before: soon }
    maintenance: [{ start: "2:00" }, { from: 2026-01-01T00:00:00Z }]
  - name: a
    command: ls
    tls: { ca_file: x }
    retries: 9
    expect: { tool: [x] }
  - name: b
    era: mdern
    headers: { "x y": a }
  - 7
`),
    ).toEqual([
      '1:13: defaults.intervall is no known key: did you mean "interval"?',
      '1:40: defaults.fail_after must be such as 2/3 (two of the last three), at most of 20.',
      '2:1: target is no known key: did you mean "targets"?',
      '5:10: targets[0].url must be the http:// or https:// URL of an MCP endpoint.',
      '6:5: targets[0].heders is no known key: did you mean "headers"?',
      '7:31: targets[0].steps.canary_export.datset is no known key: did you mean "dataset"?',
      '7:58: targets[0].steps.health_check must be on, off or { arguments: … }.',
      '7:77: targets[0].steps.tools_list must be on or off.',
      '8:25: targets[0].tls.warn_before must be a duration such as 500ms, 30s, 5m, 1h or 21d, from 0ms to 3650d.',
      '9:28: targets[0].maintenance[0].start must be a time of day such as "02:00".',
      '9:38: targets[0].maintenance[1] needs from and until, or start and duration.',
      '10:11: targets[1].name is the name of another target too.',
      '12:10: targets[1].tls has no meaning beside command.',
      '13:14: targets[1].retries must be at most 5.',
      '14:15: targets[1].expect.tool is no known key: did you mean "tools"?',
      '15:5: targets[2] needs url or command.',
      '16:10: targets[2].era is not known: did you mean "modern"?',
      '17:16: targets[2].headers.x y is no name of a header.',
      '18:5: targets[3] must be a group of keys, not a number.',
    ])
  })

  test.each([
    ['', '1:1: the file must be a group of keys, not nothing.'],
    ['targets: []', '1:10: targets must list at least one.'],
    ['targets: [{ name: a, url: "http://a.test" }', expect.stringMatching(/^\d+:\d+: .*\.$/)],
    [
      `${least}    tls: { warn_before: 1d, fail_before: 2d }\n`,
      '4:10: targets[0].tls must warn before it fails: warn_before is shorter than fail_before.',
    ],
    [`${least}    interval: 30\n`, expect.stringContaining('must be a duration such as 500ms, 30s')],
    [`${least}    jitter: 80%\n`, '4:13: targets[0].jitter must be a part such as 10%, from 0% to 50%.'],
    [
      `${least}    maintenance: [{ start: "02:00", duration: 1h, timezone: Mars/Base }]\n`,
      expect.stringContaining('must be a time zone such as Europe/Amsterdam'),
    ],
  ])('%j is one', (text, mistake) => {
    expect(mistakesOf(text)).toEqual([mistake])
  })
})

describe('secrets', () => {
  test.each([
    ['bearer: s3cret', 'targets[0].bearer must not stand in the file itself'],
    ['headers: { Authorization: Bearer s3cret }', 'targets[0].headers.Authorization must not stand in the file itself'],
    ['headers: { x-api-key: s3cret }', 'targets[0].headers.x-api-key must not stand in the file itself'],
    ['env: { A: b }\nalerts: [{ hmac_secret: s3cret }]', 'alerts[0].hmac_secret must not stand in the file itself'],
    ['env: { A: b }\nalerts: [{ url: "https://u:s3cret@h.test/" }]', 'alerts[0].url must not have a password in it'],
  ])('%s is refused and not repeated', (line, sentence) => {
    const mistakes = mistakesOf(`${least}    ${line}\n`).join('\n')
    expect(mistakes).toContain(sentence)
    expect(mistakes).not.toContain('s3cret')
  })

  test('a variable that is not set is named', () => {
    expect(mistakesOf(`${least}    bearer: \${NOPE}\n`)).toEqual([
      '4:13: targets[0].bearer names the variable NOPE, which is not set in the environment.',
    ])
  })
})

test('every value in force is told with its origin, and no secret', () => {
  const { effective } = read(`defaults: { interval: 10s }
targets:
  - name: a
    url: https://a.test/mcp?key=\${TOKEN}
    bearer: \${TOKEN}
    timeout: 2s
alerts: [{ type: slack, url: "\${HOOK}", name: ops }, { type: webhook, url: "https://hooks.test/T0/s3cret" }]
`)
  const told = Object.fromEntries(effective.map(({ name, value, origin }) => [name, [value, origin]]))
  expect(told).toMatchObject({
    'a.url': ['https://a.test/mcp?key=${TOKEN}', '/etc/probe/probe.yaml:4'],
    'a.headers.authorization': ['***', '/etc/probe/probe.yaml:5'],
    'a.interval': ['10s', '/etc/probe/probe.yaml:1 (defaults)'],
    'a.timeouts.handshake': ['2s', '/etc/probe/probe.yaml:6'],
    'a.timeouts.canary_export': ['1m', 'built in'],
    'a.retries': ['0', 'built in'],
    'alerts.0.url': ['${HOOK}', '/etc/probe/probe.yaml:7'],
    'alerts.0.name': ['ops', '/etc/probe/probe.yaml:7'],
    'alerts.1.url': ['https://hooks.test/…', '/etc/probe/probe.yaml:7'],
  })
  expect(JSON.stringify(effective)).not.toMatch(/s3cret|hooks\.test\/T/)
})

describe('the documentation', () => {
  const text = readFileSync(new URL('../../../docs/probe.md', import.meta.url), 'utf8')

  test('has an example in which nothing is wrong', () => {
    const [, example = ''] = /```yaml\n(defaults:[\s\S]+?)```/.exec(text) ?? []
    const { config, mistakes } = readConfigFile('/etc/probe.yaml', example, () => 'set')
    expect(mistakes).toEqual([])
    expect(config?.targets.map(({ name }) => name)).toEqual(['exports', 'mailer'])
  })

  test('has an example of alerts in which nothing is wrong', () => {
    const alerts = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8')
    const [, example = ''] = /```yaml\n(targets:[\s\S]+?)```/.exec(alerts) ?? []
    const { config, mistakes } = readConfigFile('/etc/probe.yaml', example, () => 'http://set.test/')
    expect(mistakes).toEqual([])
    expect(config?.sections.alerts.map(({ name }) => name)).toEqual(['hook', 'slack', 'pagerduty', 'alertmanager'])
  })

  test('has every key', () => {
    for (const key of [...Object.keys(TargetEntry.shape), ...Object.keys(ProbeFile.shape)]) {
      expect(text).toMatch(new RegExp('`' + key + '[`.]|^' + key + ':', 'm'))
    }
  })
})
