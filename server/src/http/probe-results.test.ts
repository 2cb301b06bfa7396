import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProbeResult } from '../contract.ts'
import { readProbeResults } from './probe-results.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  file = join(folder, 'results.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

const result = (minute: number): ProbeResult => ({
  schema: 2,
  time: new Date(Date.UTC(2026, 10, 23, 8, minute)).toISOString(),
  target: 'http://127.0.0.1:3000/mcp',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: 'OK',
  failed_step: null,
  duration_ms: 12,
  steps: [{ name: 'handshake', ok: true, duration_ms: 4 }],
  era: null,
  findings: [],
  certificate_expires_at: null,
  canary_ms: null,
  dead_letters: 0,
  consumer_running: true,
  consumers: 1,
  active: 0,
  waiting: 0,
})

test('no file yet means no results', async () => {
  expect(await readProbeResults(file, 60)).toEqual([])
})

test('the newest come first, and only so many', async () => {
  for (let minute = 0; minute < 5; minute++) appendFileSync(file, `${JSON.stringify(result(minute))}\n`)
  expect(await readProbeResults(file, 3)).toEqual([result(4), result(3), result(2)])
})

test('half a line, another version and rubbish are left out', async () => {
  appendFileSync(
    file,
    `rubbish\n${JSON.stringify({ ...result(1), schema: 1 })}\n${JSON.stringify(result(2))}\n{"schema":2,"ti`,
  )
  expect(await readProbeResults(file, 60)).toEqual([result(2)])
})

test('of a long file only the end is read', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `${JSON.stringify(result(at))}\n`)
  appendFileSync(file, lines.join(''))
  expect((await readProbeResults(file, 60)).map(({ time }) => time)).toEqual(
    Array.from({ length: 60 }, (_, at) => result(2999 - at).time),
  )
})
