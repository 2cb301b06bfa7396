import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfigError } from '../errors.ts'
import { openLimits, type LimitsNews } from './open-limits.ts'
import { defaultLimits } from './rules/limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'queue-ops-limits-'))
const path = join(folder, 'health.yaml')

afterEach(() => {
  vi.useRealTimers()
  rmSync(path, { force: true })
})

const open = (told: LimitsNews[] = [], file: string | null = path) =>
  openLimits(
    file,
    () => defaultLimits,
    ['exports'],
    (news) => told.push(news),
  )

test('without a file the presets hold', () => {
  expect(open([], null)('exports')).toEqual({ limits: defaultLimits, maintenance: [] })
})

test('a file that is not there or has mistakes ends the start, with every mistake', () => {
  expect(() => open()).toThrow(new ConfigError([`HEALTH_FILE ${path} cannot be read: name a file that can.`]))
  writeFileSync(path, 'defaults:\n  wating: 5\n  still_s: 3\n')
  expect(() => open()).toThrow(
    /HEALTH_FILE .*:2:3: defaults.wating.*"waiting"\?\nHEALTH_FILE .*:3:12: defaults.still_s/,
  )
})

test('a new version is in force within two seconds; one with mistakes, and a lost file, leave the last good one, told once', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  writeFileSync(path, 'defaults: { waiting: 5 }')
  const told: LimitsNews[] = []
  const settingsOf = open(told)
  const after2s = () => {
    vi.advanceTimersByTime(2000)
    return settingsOf('exports').limits.waiting
  }
  expect(settingsOf('exports').limits.waiting).toBe(5)
  writeFileSync(path, 'defaults: { waiting: 66 }')
  expect(settingsOf('exports').limits.waiting).toBe(5)
  expect(after2s()).toBe(66)
  writeFileSync(path, 'defaults: { waiting: none }')
  expect([after2s(), after2s()]).toEqual([66, 66])
  rmSync(path)
  expect([after2s(), after2s()]).toEqual([66, 66])
  writeFileSync(path, 'defaults: { waiting: 7777 }')
  expect(after2s()).toBe(7777)
  expect(told.map(({ mistakes }) => mistakes)).toEqual([
    [],
    [`${path}:1:22: defaults.waiting must be a number above 0.`],
    [`${path} cannot be read: name a file that can.`],
    [],
  ])
})
