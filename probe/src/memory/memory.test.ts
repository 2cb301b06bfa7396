import type { CheckStatus, ProbeAlert, ProbeResult } from '@queue-ops/server/contract'
import { once } from 'node:events'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { exampleResult } from '../example-result.ts'
import type { Channel } from '../alerts/channel.ts'
import { readIncidents, readPage, type HistoryQuery } from '../history/read-history.ts'
import { defaultRetention } from '../history/retention.ts'
import { alertDefaults } from '../target.ts'
import { Memory } from './memory.ts'
import type { Remembered } from './target-state.ts'

// For what hangs: no test is decided by its time.
vi.setConfig({ testTimeout: 120_000 })

const start = Date.UTC(2026, 10, 24, 12)
const minute = 60_000
const exports: Remembered = { name: 'exports', intervalMs: 30_000, alert: alertDefaults }

let folder: string
let server: Server
let url: string
let received: ProbeAlert[]
let time: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-probe-'))
  received = []
  time = start
  server = createServer(async (request, response) => {
    const parts = await Array.fromAsync(request as AsyncIterable<Buffer>)
    received.push(JSON.parse(Buffer.concat(parts).toString()) as ProbeAlert)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const channel = (name: string, wishes: Partial<Channel['wishes']> = {}): Channel => ({
  name,
  wishes: { minSeverity: 'warn', refreshMs: null, ...wishes },
  targets: null,
  request: async (alert) => ({ url, headers: {}, body: JSON.stringify(alert) }),
})

interface Given {
  channels?: Channel[]
  targets?: Remembered[]
  retention?: Partial<typeof defaultRetention>
  complaints?: string[]
}

const path = () => join(folder, 'h.sqlite')

function openMemory({ channels = [], targets = [exports], retention = {}, complaints = [] }: Given = {}): Memory {
  const settings = {
    path: path(),
    retention: { ...defaultRetention, ...retention },
    channels,
    targets,
    isWatchedElsewhere: () => false,
    isScheduled: true,
  }
  return new Memory(settings, {
    clock: { now: () => new Date(time) },
    complain: (sentence) => void complaints.push(sentence),
  })
}

function result(status: CheckStatus, more: Partial<ProbeResult> = {}): ProbeResult {
  return exampleResult({
    time: new Date(time).toISOString(),
    target: 'exports',
    status,
    reason: status === 'pass' ? null : 'unhealthy',
    message: status,
    duration_ms: 10,
    ...more,
  })
}

/** A run every interval, and every alert delivered before the next. */
async function run(memory: Memory, statuses: CheckStatus[], target = exports) {
  for (const status of statuses) {
    memory.record(result(status, { target: target.name }), target)
    while (memory.undelivered.some(({ messages }) => messages.length > 0)) await setImmediate()
    time += target.intervalMs
  }
}

const times = (count: number, status: CheckStatus) => Array.from({ length: count }, () => status)
const everything = (resolution: HistoryQuery['resolution']): HistoryQuery => ({
  resolution,
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
  target: null,
  limit: 5000,
  cursor: null,
})
const page = (memory: Memory, resolution: HistoryQuery['resolution']) =>
  memory.read((tables) => readPage(tables, everything(resolution)))

describe('who is told what and when', () => {
  test('once, after the reminder time again, and at the end', async () => {
    const memory = openMemory({ channels: [channel('people')] })
    await run(memory, [...times(250, 'fail'), ...times(2, 'pass')])
    expect(received.map(({ event, duration_s }) => [event, duration_s])).toEqual([
      ['fail', 0],
      ['reminder', 3600],
      ['reminder', 7200],
      ['resolve', 7500],
    ])
    await memory.close(0)
  })

  test('a restart changes nothing of that', async () => {
    for (let part = 0; part < 25; part++) {
      const memory = openMemory({ channels: [channel('people')] })
      await run(memory, times(10, 'fail'))
      await memory.close(0)
    }
    const memory = openMemory({ channels: [channel('people')] })
    await run(memory, times(2, 'pass'))
    expect(received.map(({ event }) => event)).toEqual(['fail', 'reminder', 'reminder', 'resolve'])
    expect(new Set(received.map(({ incident_id }) => incident_id)).size).toBe(1)
    await memory.close(0)
  })

  test('a machine is told every minute, people are not', async () => {
    const memory = openMemory({ channels: [channel('machine', { refreshMs: minute })] })
    await run(memory, [...times(12, 'fail'), ...times(2, 'pass')])
    expect(received.map(({ event }) => event)).toEqual(['fail', ...times(5, 'pass').map(() => 'refresh'), 'resolve'])
    await memory.close(0)
  })

  test('what is still there at the end of maintenance is told then', async () => {
    const until = new Date(start + 30 * minute)
    const maintenance = [{ kind: 'once' as const, from: new Date(start), until }]
    const target = { ...exports, alert: { ...alertDefaults, maintenance } }
    const memory = openMemory({ channels: [channel('people')], targets: [target] })
    await run(memory, times(70, 'fail'), target)
    expect(received.map(({ event, time }) => [event, time])).toEqual([['fail', until.toISOString()]])
    expect(received[0]?.started_at).toBe(new Date(start + 30_000).toISOString())
    await memory.close(0)
  })

  test('a channel for failures hears of an incident when it becomes one', async () => {
    const memory = openMemory({ channels: [channel('pager', { minSeverity: 'fail' }), channel('chat')] })
    await run(memory, [...times(5, 'warn'), ...times(3, 'fail'), ...times(2, 'pass'), ...times(3, 'warn')])
    expect(received.map(({ event, severity }) => `${event} ${severity}`)).toEqual([
      'fail warn',
      'fail fail',
      'worse fail',
      'resolve fail',
      'resolve fail',
      'fail warn',
    ])
    await memory.close(0)
  })
})

describe('what is kept', () => {
  test('rollups hold least, mean and most of the runs of a minute, an hour and a day', async () => {
    const memory = openMemory()
    const runs: [CheckStatus, Partial<ProbeResult>][] = [
      ['pass', { duration_ms: 10, dead_letters: 3, waiting: null }],
      ['warn', { duration_ms: 50, dead_letters: 7, canary_ms: 900 }],
      ['fail', { duration_ms: 30, dead_letters: null }],
      ['unknown', { duration_ms: 20, waiting: 5 }],
    ]
    for (const [status, more] of runs) {
      memory.record(result(status, more), exports)
      time += 20_000
    }
    const [second, first] = page(memory, 'minute').rollups
    expect(first).toEqual({
      target: 'exports',
      start: '2026-11-24T12:00:00.000Z',
      runs: 3,
      warn: 1,
      fail: 1,
      unknown: 0,
      status: 'fail',
      duration_ms: { min: 10, avg: 30, max: 50 },
      dead_letters_max: 7,
      waiting_max: null,
      canary_ms_max: 900,
    })
    expect(second).toMatchObject({ start: '2026-11-24T12:01:00.000Z', runs: 1, status: 'unknown', waiting_max: 5 })
    for (const resolution of ['hour', 'day'] as const) {
      expect(page(memory, resolution).rollups).toMatchObject([{ runs: 4, fail: 1, duration_ms: { avg: 27.5 } }])
    }
    await memory.close(0)
  })

  test('every level is bounded, and so is the file', async () => {
    const hour = 60 * minute
    const retention = {
      resultsMs: hour,
      minutesMs: 2 * hour,
      hoursMs: 24 * hour,
      daysMs: 72 * hour,
      incidentsMs: 24 * hour,
    }
    const memory = openMemory({ retention })
    const aDay = async () => {
      // An incident each hour.
      for (let each = 0; each < 24; each++) await run(memory, [...times(2, 'fail'), ...times(118, 'pass')])
      return (await stat(path())).size
    }
    const sizes = [await aDay(), await aDay(), await aDay(), await aDay(), await aDay()]
    const count = {
      results: page(memory, 'raw').results.length,
      minutes: page(memory, 'minute').rollups.length,
      hours: page(memory, 'hour').rollups.length,
      days: page(memory, 'day').rollups.length,
      incidents: memory.read((tables) => readIncidents(tables, everything('raw'))).length,
    }
    // A little more than the time that is kept: what is too old is taken away every minute.
    for (const [kind, [least, most]] of Object.entries({
      results: [120, 124],
      minutes: [120, 122],
      hours: [24, 26],
      days: [3, 4],
      incidents: [23, 25],
    })) {
      expect([kind, count[kind as keyof typeof count]]).toEqual([
        kind,
        expect.toSatisfy((n: number) => n >= (least ?? 0) && n <= (most ?? 0)),
      ])
    }
    expect(sizes[4]).toBeLessThanOrEqual((sizes[1] ?? 0) * 1.1)
    await memory.close(0)
  })

  test('a file that is damaged while it is in use is begun anew with what is known', async () => {
    const complaints: string[] = []
    const memory = openMemory({ channels: [channel('people')], complaints })
    await run(memory, times(3, 'fail'))
    // What a disk does to pages that are in no cache.
    memory.read((tables) => tables.all('PRAGMA wal_checkpoint(TRUNCATE)'))
    memory.read((tables) => tables.all('PRAGMA shrink_memory'))
    const file = await open(path(), 'r+')
    const { size } = await file.stat()
    await file.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
    await file.close()
    await run(memory, [...times(2, 'fail'), ...times(2, 'pass')])
    expect(complaints).toEqual([expect.stringContaining('the history was damaged')])
    expect(received.map(({ event }) => event)).toEqual(['fail', 'resolve'])
    expect(page(memory, 'raw').results).toHaveLength(4)
    expect(memory.read((tables) => readIncidents(tables, everything('raw')))).toHaveLength(1)
    await memory.close(0)
  })
})
