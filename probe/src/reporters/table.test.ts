import type { ProbeResult } from '@queue-ops/server/contract'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { readInvocation } from '../invocation.ts'
import type { Target } from '../target.ts'
import { openTable } from './table.ts'

function target(url: string): Target {
  const invocation = readInvocation(['--url', url], {})
  const [target] = invocation.kind === 'run' ? invocation.config.targets : []
  if (target === undefined) throw new Error('no target')
  return target
}

function screen(hasColours: boolean, columns = 120) {
  const drawn: string[] = []
  return {
    drawn,
    print: (text: string) => void drawn.push(text),
    terminal: { isTerminal: true, hasColours, columns: () => columns },
    clock: { now: () => new Date('2026-11-23T04:21:00Z'), elapsed: () => 0 },
  }
}

const base: ProbeResult = {
  schema: 2,
  time: '2026-11-23T04:20:30.000Z',
  target: 'http://a.test/mcp',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: 'exports: operational',
  failed_step: null,
  duration_ms: 12.4,
  steps: [],
  era: 'modern',
  findings: [],
  certificate_expires_at: null,
  canary_ms: null,
  dead_letters: 0,
  consumer_running: true,
  consumers: 2,
  active: 0,
  waiting: null,
}

test('a line for each target from the start, drawn anew with every result', () => {
  const world = screen(false)
  const table = openTable([target('http://a.test/mcp'), target('http://b.test/mcp')], world)
  expect(world.drawn[0]).toMatch(/http:\/\/a\.test\/mcp +waiting[\s\S]+http:\/\/b\.test\/mcp +waiting/)
  table.each(base)
  table.each({ ...base, time: '2026-11-23T04:20:40.000Z' })
  const last = world.drawn.at(-1) ?? ''
  // Since when, and when last.
  expect(last).toMatch(/http:\/\/a\.test\/mcp +OK +04:20:30 +04:20:40 +12 +2 +- +0/)
  table.each({ ...base, time: '2026-11-23T04:20:50.000Z', status: 'fail', message: 'nobody works' })
  expect(world.drawn.at(-1)).toMatch(/CRITICAL +04:20:50 +04:20:50/)
  expect(world.drawn.at(-1)).toContain('http://a.test/mcp: nobody works')
})

test('colours only where they are wanted, and no line longer than the terminal', () => {
  const [plain, coloured] = [screen(false, 50), screen(true, 50)]
  for (const world of [plain, coloured])
    openTable([target('http://a.test/mcp')], world).each({ ...base, status: 'warn', message: 'm'.repeat(200) })
  const colour = '\u001B[33m'
  expect(plain.drawn.join('')).not.toContain(colour)
  expect(coloured.drawn.join('')).toContain(colour)
  const lines = stripVTControlCharacters(coloured.drawn.at(-1) ?? '').split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50)
})
