import { expect, test } from 'vitest'
import { heartbeatName, readHeartbeats, type HeartbeatNote } from './heartbeat.ts'

const NOW = 1_800_000_000_000

const note: HeartbeatNote = {
  host: 'a',
  pid: 1,
  version: '1.0.0',
  startedAgoMs: 60_000,
  concurrency: 3,
  jobs: [{ id: 'x', forMs: 5000 }],
  eventLoopDelayMs: 2,
  takenAgoMs: 5000,
  finishedAgoMs: null,
  folder: { freeBytes: 1, problem: null },
  clockAheadMs: -300_000,
}

test('times are those of the store, whatever the clock of the worker says', () => {
  const writtenAt = NOW - 1500
  const notes = [{ name: heartbeatName('w'), value: note, writtenAt }]
  expect(readHeartbeats({ now: NOW, notes, tallies: {} })).toEqual([
    {
      worker: 'w',
      host: 'a',
      pid: 1,
      version: '1.0.0',
      startedAt: writtenAt - 60_000,
      concurrency: 3,
      jobs: [{ id: 'x', since: writtenAt - 5000 }],
      eventLoopDelayMs: 2,
      lastTakenAt: writtenAt - 5000,
      lastFinishedAt: null,
      folder: { freeBytes: 1, problem: null },
      clockAheadMs: -300_000,
      ageMs: 1500,
    },
  ])
})

test('a heartbeat of a future that was set back is as old as it is far', () => {
  const notes = [{ name: heartbeatName('w'), value: note, writtenAt: NOW + 600_000 }]
  expect(readHeartbeats({ now: NOW, notes, tallies: {} })[0]?.ageMs).toBe(600_000)
})

test('what is no heartbeat, or one that another version writes in its own way, is left out; what it adds is not', () => {
  const { pid: _, ...without } = note
  const values = [null, 'x', [], {}, without, { ...note, jobs: 'none' }, { ...note, added: true }]
  const notes = values.map((value, at) => ({ name: heartbeatName(String(at)), value, writtenAt: NOW }))
  const others = [{ name: 'canary', value: note, writtenAt: NOW }]
  const found = readHeartbeats({ now: NOW, notes: [...notes, ...others], tallies: {} })
  expect(found.map(({ worker }) => worker)).toEqual(['6'])
})
