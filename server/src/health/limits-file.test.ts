import { expect, test } from 'vitest'
import { readLimitsFile } from './limits-file.ts'
import { defaultLimits } from './rules/limits.ts'

const queues = ['exports', 'mail', 'video']
const read = (text: string) => readLimitsFile('/etc/health.yaml', text, () => defaultLimits, queues)
const limitsOf = (queue: string, text: string) => {
  const { mistakes, settingsOf } = read(text)
  expect(mistakes).toEqual([])
  return settingsOf(queue).limits
}

test('an empty file, and one of comments only, changes nothing', () => {
  expect(limitsOf('mail', '')).toEqual(defaultLimits)
  expect(limitsOf('mail', '# nothing\n')).toEqual(defaultLimits)
})

test('what a queue says goes before the defaults of the file, and these before the presets', () => {
  const text = `
defaults:
  oldest_waiting_s: 60/300
  waiting: 5000
queues:
  mail:
    oldest_waiting_s: { fail: 600 }
    free_bytes: 2000000000/1000000000
`
  expect(limitsOf('mail', text)).toEqual({
    ...defaultLimits,
    oldestWaitingS: { warn: 60, fail: 600 },
    waiting: 5000,
    freeBytes: { warn: 2e9, fail: 1e9 },
  })
  expect(limitsOf('video', text)).toMatchObject({ oldestWaitingS: { warn: 60, fail: 300 } })
})

test('one side beyond the other moves both', () => {
  expect(limitsOf('mail', 'defaults: { dead_letters: { warn: 80 } }').deadLetters).toEqual({ warn: 80, fail: 80 })
  expect(limitsOf('mail', 'defaults: { oldest_waiting_s: { fail: 10 } }').oldestWaitingS).toEqual({
    warn: 10,
    fail: 10,
  })
})

test('every limit has a key', () => {
  const text = Object.keys(defaultLimits)
    .map((field) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .map((key) => (['waiting', 'window_s', 'consumers', 'heartbeat_s'].includes(key) ? `  ${key}: 7` : `  ${key}: 7/7`))
  const limits = limitsOf('exports', `defaults:\n${text.join('\n')}\n`)
  expect(new Set(Object.values(limits).map((limit) => JSON.stringify(limit)))).toEqual(
    new Set(['7', '{"warn":7,"fail":7}']),
  )
})

test('declared maintenance is of a queue or of all', () => {
  const text = `
defaults:
  maintenance:
    - { from: 2026-11-24T22:00Z, until: "2026-11-25T01:00+01:00" }
queues:
  mail:
    maintenance:
      - { from: 2026-12-01T00:00:00Z, until: 2026-12-01T02:00:00Z, reason: new disks }
`
  const { settingsOf, mistakes } = read(text)
  expect(mistakes).toEqual([])
  const all = { from: Date.parse('2026-11-24T22:00Z'), until: Date.parse('2026-11-25T00:00Z'), reason: null }
  expect(settingsOf('video').maintenance).toEqual([all])
  expect(settingsOf('mail').maintenance).toEqual([
    all,
    { from: Date.parse('2026-12-01T00:00Z'), until: Date.parse('2026-12-01T02:00Z'), reason: 'new disks' },
  ])
})

test('every mistake is told with its place, and unknown names with the nearest that exists', () => {
  const { mistakes } = read(`defaults:
  oldest_wating_s: 30/120
  waiting: many
  dead_letters: 50/1
  still_s: { warn: 5, hail: 9 }
  free_bytes: 1/2
  heartbeat_s: 0
queues:
  vidoe:
    waiting: 5
  mail: 7
  video:
    canary_s: { fail: -1 }
    maintenance:
      - { from: tomorrow, until: 2026-12-01T02:00:00Z }
      - { from: 2026-12-01T02:00Z, until: 2026-12-01T01:00Z }
rules: 1
`)
  expect(mistakes).toEqual([
    '/etc/health.yaml:2:3: defaults.oldest_wating_s is no known key: did you mean "oldest_waiting_s"?',
    '/etc/health.yaml:3:12: defaults.waiting must be a number above 0.',
    '/etc/health.yaml:4:17: defaults.dead_letters must warn before it fails: warn is more.',
    '/etc/health.yaml:5:12: defaults.still_s must be two numbers such as 30/120, or { warn: 30, fail: 120 }.',
    '/etc/health.yaml:6:15: defaults.free_bytes must warn before it fails: warn is less.',
    '/etc/health.yaml:7:16: defaults.heartbeat_s must be a number above 0.',
    '/etc/health.yaml:9:3: queues.vidoe is no queue that is watched (QUEUES): did you mean "video"?',
    expect.stringMatching(/^\/etc\/health.yaml:11:9: queues.mail must be a group of keys: dead_letters, /),
    '/etc/health.yaml:13:23: queues.video.canary_s.fail must be a number that is not negative.',
    '/etc/health.yaml:15:17: queues.video.maintenance.0.from must be a time with its zone, such as 2026-11-24T22:00Z.',
    '/etc/health.yaml:16:43: queues.video.maintenance.1.until must be later than from.',
    '/etc/health.yaml:17:1: rules is no known key: there are: defaults, queues.',
  ])
})

test('a text that is no YAML says where', () => {
  expect(read('defaults: [').mistakes[0]).toMatch(/^\/etc\/health.yaml:1:\d+: /)
})
