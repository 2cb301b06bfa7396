import type { CheckStatus, Incident, ProbeResult } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { Course, noCourse, takeResult, type CourseRule } from './take-result.ts'

const rule = { failAfter: { bad: 2, of: 3 }, resolveAfter: 2, intervalMs: 30_000 } satisfies CourseRule
const letters: Record<string, CheckStatus> = { g: 'pass', w: 'warn', f: 'fail', u: 'unknown' }
const start = Date.UTC(2026, 10, 24)

function resultAt(at: number, status: CheckStatus): ProbeResult {
  return {
    schema: 2,
    time: new Date(at).toISOString(),
    target: 'exports',
    status,
    exit_code: 0,
    reason: status === 'pass' ? null : status === 'fail' ? 'unreachable' : 'degraded',
    message: `run at ${at}`,
    failed_step: null,
    duration_ms: 1,
    steps: [],
    era: null,
    findings: [],
    certificate_expires_at: null,
    canary_ms: null,
    dead_letters: null,
    consumer_running: null,
    consumers: null,
    active: null,
    waiting: null,
  }
}

/** Plays results, a letter each, and gives what changed as `number of the result: what`. */
function play(sequence: string, given: { rules?: CourseRule; from?: Course; pause?: number } = {}) {
  const { rules = rule, from = noCourse, pause = rule.intervalMs } = given
  let course = from
  let ids = 0
  const changes: string[] = []
  for (const [at, letter] of [...sequence.replaceAll(' ', '')].entries()) {
    const status = letters[letter]
    if (status === undefined) throw new Error(letter)
    const step = takeResult(course, resultAt(start + at * pause, status), rules, () => `${ids++}`)
    const had = course.incident
    // What a restart does to it.
    course = Course.parse(JSON.parse(JSON.stringify(step.course)))
    if (step.changed !== null) changes.push(`${at + 1}: ${what(step.changed, had)}`)
  }
  return { changes, course }
}

function what(incident: Incident, had: Incident | null): string {
  if (incident.closed_at !== null) return 'closed'
  if (had === null) return `opened ${incident.severity}${incident.flapping ? ' flapping' : ''}`
  return incident.severity === had.severity ? 'flapping' : `worse ${incident.severity}`
}

describe('two of the last three open it, two good ones in a row close it', () => {
  test.each([
    ['one failure is noise', 'ggfggg', []],
    ['two in a row', 'gffgg', ['3: opened fail', '5: closed']],
    ['two of three', 'gfgfgg', ['4: opened fail', '6: closed']],
    ['two of four are noise', 'gfggfgg', []],
    ['the first two runs', 'ff', ['2: opened fail']],
    ['a good one between does not close', 'ffgfgg', ['2: opened fail', '6: closed']],
    ['after it closed the old failures count no more', 'ffggfgg', ['2: opened fail', '4: closed']],
  ])('%s', (_, sequence, changes) => expect(play(sequence).changes).toEqual(changes))

  test('results from before the last incident do not open the next', () => {
    const rules = { ...rule, failAfter: { bad: 3, of: 6 }, resolveAfter: 1 }
    expect(play('fffgfggff', { rules }).changes).toEqual(['3: opened fail', '4: closed', '9: opened fail'])
  })
})

describe('severity', () => {
  test.each([
    ['warnings open a warning', 'ww', ['2: opened warn']],
    ['one failure among warnings stays one', 'wfw', ['2: opened warn']],
    ['failures make it worse', 'wwff', ['2: opened warn', '4: worse fail']],
    ['it never gets milder', 'ffwwww', ['2: opened fail']],
    ['that nothing could be found out warns', 'uu', ['2: opened warn']],
    ['and does not close', 'ffuug', ['2: opened fail']],
  ])('%s', (_, sequence, changes) => expect(play(sequence).changes).toEqual(changes))
})

describe('flapping', () => {
  test('the third time down in ten minutes keeps the incident open until results are steady', () => {
    const { changes } = play(`g ffggg ffggg ffggg ${'g'.repeat(20)}`)
    expect(changes.slice(0, 6)).toEqual([
      '3: opened fail',
      '5: closed',
      '8: opened fail',
      '10: closed',
      '13: opened fail',
      '14: flapping',
    ])
    expect(changes.slice(6)).toEqual(['29: closed'])
  })

  test('a target that fails every fourth time is told once although it never fails twice in a row', () => {
    const { changes, course } = play('ggggfgggfgggfgggfgggfgggfggg')
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatch(/opened warn flapping/)
    expect(course.incident?.reason).toBe('unreachable')
  })

  test('it becomes flapping while it is open', () => {
    expect(play('ff gfgfgfgfgf').changes).toEqual(['2: opened fail', expect.stringMatching(/^\d+: flapping$/)])
  })
})

test('after a long silence old failures count no more, and an open incident stays open', () => {
  const pause = rule.intervalMs * 11
  expect(play('fff', { pause }).changes).toEqual([])
  const { course } = play('ff')
  expect(play('g', { from: course, pause: 0 }).changes).toEqual([])
  expect(course.incident).not.toBeNull()
})

test('where nobody knows when the next run comes, there is no silence', () => {
  const rules = { ...rule, intervalMs: null }
  expect(play('gffgg', { rules, pause: 86_400_000 }).changes).toEqual(['3: opened fail', '5: closed'])
})

test('whatever comes, an incident is opened once and closed once', () => {
  const random = numbers(7)
  let incidents = 0
  for (let round = 0; round < 400; round++) {
    const badness = random()
    const sequence = Array.from({ length: 200 }, () =>
      random() < badness ? 'wfu'[Math.floor(random() * 3)] : 'g',
    ).join('')
    const of = 1 + Math.floor(random() * 20)
    const failAfter = { of, bad: 1 + Math.floor(random() * of) }
    const { changes, course } = play(sequence, {
      rules: { ...rule, failAfter, resolveAfter: 1 + Math.floor(random() * 5) },
    })
    const edges = changes.filter((change) => /opened|closed/.test(change)).map((change) => change.split(' ')[1])
    expect(edges).toEqual(edges.map((_, at) => (at % 2 === 0 ? 'opened' : 'closed')))
    expect(edges.length % 2 === 1).toBe(course.incident !== null)
    incidents += edges.length
  }
  expect(incidents).toBeGreaterThan(500)
})

/** The same numbers each time (mulberry32). */
function numbers(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
