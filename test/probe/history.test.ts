import { ProbeHistory } from '@queue-ops/server/contract'
import { open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { probeConfig, startProbeDaemon, type ProbeDaemon } from '../support/probe-daemon.ts'
import { probeOne } from '../support/probe.ts'
import { probeProgram, runProgram, temporaryFolder } from '../support/program.ts'
import { startReceiver } from '../support/receiver.ts'
import { noSmallDisk, smallDisk } from '../support/small-disk.ts'
import { startSwitchableTarget } from '../support/switchable-target.ts'

const defaults = { interval: '100ms', timeout: '2s', jitter: '0%' }

async function history(daemon: ProbeDaemon, query = ''): Promise<ProbeHistory> {
  const response = await fetch(`${await daemon.url()}/history.json${query}`)
  return ProbeHistory.strict().parse(await response.json())
}

test('what was seen is still there after the probe was killed', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  const targets = [{ name: 'exports', url: target.url }]
  const config = { defaults, targets, history: 'h.sqlite', listen: '127.0.0.1:0' }
  const args = ['--config', await probeConfig(folder.path, config)]
  await using first = startProbeDaemon(args)
  await eventually(async () => expect((await history(first)).results.length).toBeGreaterThanOrEqual(3))
  target.become('ill')
  await eventually(async () => expect((await history(first)).targets[0]?.incident).not.toBeNull())
  const before = await history(first)
  await first.stop('SIGKILL')

  await using second = startProbeDaemon(args)
  const after = await history(second)
  expect(after.targets[0]).toMatchObject({ name: 'exports', status: 'fail', since: before.targets[0]?.since })
  expect(after.targets[0]?.incident).toEqual(before.targets[0]?.incident)
  expect(after.incidents).toEqual(before.incidents)
  const times = new Set(after.results.map(({ time }) => time))
  expect(before.results.every(({ time }) => times.has(time))).toBe(true)
  target.become('well')
  await eventually(async () => expect((await history(second)).incidents[0]?.closed_at).not.toBeNull())
  const whole = await history(second)
  expect(whole.targets[0]).toMatchObject({ status: 'pass', incident: null })
  expect(whole.incidents).toHaveLength(1)
  expect(whole.problem).toBeNull()
  const url = await second.url()
  const feed = await fetch(`${url}/incidents.rss?target=exports`)
  expect(feed.headers.get('content-type')).toContain('application/rss+xml')
  const { id } = whole.incidents[0] ?? { id: '' }
  const guids = [...(await feed.text()).matchAll(/<guid[^>]*>([^<]*)</g)].map(([, guid]) => guid)
  expect(guids).toEqual([`${id}:closed`, `${id}:opened`])
  expect((await fetch(`${url}/incidents.rss?target=other`)).status).toBe(404)
})

test('pages and rollups hold every run once', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  const targets = ['a', 'b'].map((name) => ({ name, url: target.url }))
  const config = { defaults, targets, history: 'h.sqlite', listen: '127.0.0.1:0' }
  const args = ['--config', await probeConfig(folder.path, config)]
  await using daemon = startProbeDaemon(args)
  await eventually(() => expect(daemon.results().length).toBeGreaterThanOrEqual(20))
  // A run that is under way is told later, by the time at which it began: so not up to this moment.
  const to = (await history(daemon)).results.at(10)?.time ?? ''
  const from = new Date(Date.parse(to) - 3_600_000).toISOString()
  const range = `from=${from}&to=${to}`
  const all = await history(daemon, `?${range}`)
  const paged: typeof all.results = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await history(daemon, `?${range}&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)
    expect(page.results.length).toBeLessThanOrEqual(7)
    paged.push(...page.results)
    cursor = page.next_cursor
  }
  expect(paged).toEqual(all.results)
  expect(all.results.map(({ time }) => time)).toEqual(
    all.results
      .map(({ time }) => time)
      .toSorted()
      .toReversed(),
  )

  const ofA = await history(daemon, `?${range}&target=a`)
  expect(new Set(ofA.results.map(({ target }) => target))).toEqual(new Set(['a']))
  expect(ofA.targets.map(({ name }) => name)).toEqual(['a'])
  await daemon.stop()

  // It goes on meanwhile: what is asked for together is the same once no run falls between the two questions.
  await using later = startProbeDaemon([...args, '--interval', '3600'])
  for (const resolution of ['minute', 'hour', 'day']) {
    await eventually(async () => {
      const raw = await history(later)
      const { rollups } = await history(later, `?resolution=${resolution}&from=2020-01-01T00:00:00Z`)
      const durations = raw.results.map(({ duration_ms }) => duration_ms)
      expect(durations.length).toBeGreaterThanOrEqual(20)
      expect(rollups.map(({ runs }) => runs).reduce((a, b) => a + b)).toBe(durations.length)
      expect(Math.max(...rollups.map(({ duration_ms }) => duration_ms.max))).toBe(Math.max(...durations))
      expect(Math.min(...rollups.map(({ duration_ms }) => duration_ms.min))).toBe(Math.min(...durations))
    })
  }
})

test.each([
  ['resolution=week', 'resolution'],
  ['from=yesterday', 'from: must be a time'],
  ['limit=0', 'limit: must be at least 1'],
  ['cursor=x', 'cursor: must be the next_cursor'],
  ['since=1', 'since is no known parameter'],
])('history.json?%s is refused with a sentence', async (query, sentence) => {
  await using target = await startSwitchableTarget()
  await using daemon = startProbeDaemon(['--url', target.url, '--listen', '127.0.0.1:0'])
  const response = await fetch(`${await daemon.url()}/history.json?${query}`)
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(sentence)
})

test('two probes on one history: the second is refused and says so', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  const args = ['--url', target.url, '--history', join(folder.path, 'h.sqlite')]
  await using first = startProbeDaemon(args)
  await eventually(() => expect(first.results().length).toBeGreaterThan(0))
  const second = await runProgram(probeProgram, args)
  expect(second.code).toBe(3)
  expect(second.stdout).toBe('')
  expect(second.stderr).toBe(
    `queue-ops-probe: the history ${args[3]} is in use by another probe: stop that one, or name another file\n`,
  )
  await first.stop('SIGKILL')
  await using third = startProbeDaemon(args)
  await eventually(() => expect(third.results().length).toBeGreaterThan(0))
})

test('a damaged history is put aside and a new one begun', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  const path = join(folder.path, 'h.sqlite')
  const args = ['--url', target.url, '--history', path, '--interval', '0.1', '--listen', '127.0.0.1:0']
  await using first = startProbeDaemon(args)
  await eventually(() => expect(first.results().length).toBeGreaterThanOrEqual(5))
  await first.stop()
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(8192, 0xa5), 0, 8192, 4096)
  await file.close()
  await using second = startProbeDaemon(args)
  await eventually(async () => expect((await history(second)).results.length).toBeGreaterThan(0))
  expect(second.stderr()).toMatch(
    /the history was damaged: it is kept as .*h\.sqlite\.damaged-.*, and a new one is begun/,
  )
  expect((await readdir(folder.path)).filter((name) => name.includes('damaged'))).toHaveLength(1)
})

test('a history that somebody deletes is begun anew, and an open incident is told no second time', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const path = join(folder.path, 'h.sqlite')
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const config = { defaults, targets: [{ name: 'a', url: target.url }], alerts, history: path }
  const args = ['--config', await probeConfig(folder.path, config)]
  target.become('ill')
  await using first = startProbeDaemon(args)
  await eventually(() => expect(receiver.received).toHaveLength(1))
  for (const name of await readdir(folder.path)) if (name.startsWith('h.sqlite')) await rm(join(folder.path, name))
  await eventually(() => expect(first.stderr()).toContain('was deleted: a new one is begun'))
  await first.stop('SIGKILL')
  await using second = startProbeDaemon([...args, '--listen', '127.0.0.1:0'])
  expect((await history(second)).targets[0]?.incident).not.toBeNull()
  target.become('well')
  await eventually(() => expect(receiver.received).toHaveLength(2))
})

test('files of others are left alone', async () => {
  await using folder = await temporaryFolder()
  const start = (file: string) => runProgram(probeProgram, ['--url', 'http://127.0.0.1:1/mcp', '--history', file])
  const notes = join(folder.path, 'notes.txt')
  await writeFile(notes, 'Not a database, but something that somebody wrote and wants to keep.'.repeat(100))
  expect(await start(notes)).toMatchObject({ code: 3, stderr: expect.stringContaining('is no SQLite file') })
  const theirs = join(folder.path, 'theirs.sqlite')
  const db = new DatabaseSync(theirs)
  db.exec('CREATE TABLE t (a)')
  db.close()
  expect(await start(theirs)).toMatchObject({ code: 3, stderr: expect.stringContaining('of another program') })
  const newer = join(folder.path, 'newer.sqlite')
  const ours = new DatabaseSync(newer)
  ours.exec(`PRAGMA application_id = ${0x71707268}; PRAGMA user_version = 99; CREATE TABLE t (a)`)
  ours.close()
  expect(await start(newer)).toMatchObject({ code: 3, stderr: expect.stringContaining('by a newer version') })
  expect((await readdir(folder.path)).toSorted()).toEqual(['newer.sqlite', 'notes.txt', 'theirs.sqlite'])
})

test('a single run whose history cannot be kept is the probe’s own fault, as with its results', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  await writeFile(join(folder.path, 'file'), '')
  const alerts = [{ type: 'webhook', url: receiver.url }]
  const targets = [{ name: 'a', url: target.url, fail_after: '1/1' }]
  const args = ['--config', await probeConfig(folder.path, { targets, alerts })]
  const [path, results] = [join(folder.path, 'file/h.sqlite'), join(folder.path, 'file/r.jsonl')]
  const why = 'a part of its path is a file and no folder'
  for (const [flag, name] of [
    ['--history', `history ${path}`],
    ['--results', `results file ${results}`],
  ] as const) {
    const { code, stderr, result } = await probeOne([...args, flag, flag === '--history' ? path : results])
    expect(code).toBe(3)
    expect(stderr).toBe(`queue-ops-probe: ${name} cannot be written: ${why}\n`)
    expect(result).toMatchObject({ status: 'unknown', exit_code: 3, reason: 'own_fault' })
    expect(result.message).toMatch(/; seen before: pass: /)
  }
  target.become('ill')
  const { code, result } = await probeOne([...args, '--history', path])
  expect(code).toBe(3)
  expect(result.message).toMatch(/; seen before: fail: /)
  expect(receiver.received).toHaveLength(1)
})

test('where no history can be kept a daemon says so and goes on', async () => {
  await using target = await startSwitchableTarget()
  const path = '/proc/not-there/a/h.sqlite'
  await using daemon = startProbeDaemon(['--url', target.url, '--history', path, '--interval', '0.1'])
  await eventually(() => expect(daemon.results().length).toBeGreaterThan(1))
  expect(daemon.stderr()).toMatch(/cannot be opened: .*; it is kept in memory until it can be/)
})

test.skipIf(noSmallDisk !== false)('a full disk stops neither the probe nor its alerts', async () => {
  await using folder = await temporaryFolder()
  using disk = smallDisk(1)
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  const config = {
    defaults,
    targets: [{ name: 'a', url: target.url }],
    listen: '127.0.0.1:0',
    history: join(disk.path, 'h.sqlite'),
    alerts: [{ type: 'webhook', url: receiver.url }],
  }
  await using daemon = startProbeDaemon(['--config', await probeConfig(folder.path, config)])
  await eventually(() => expect(daemon.results().length).toBeGreaterThan(0))
  disk.fill()
  await eventually(() =>
    expect(daemon.stderr()).toContain('cannot be written: the disk is full; probing and alerts go on'),
  )
  target.become('ill')
  await eventually(() => expect(receiver.received).toHaveLength(1))
  target.become('well')
  await eventually(() => expect(receiver.received).toHaveLength(2))
  expect((await history(daemon)).problem).toBe('the disk is full')
  disk.free(700_000)
  await eventually(() => expect(daemon.stderr()).toContain('the history is being written again'))
  const { incidents, results, problem } = await history(daemon)
  expect(problem).toBeNull()
  expect(incidents).toMatchObject([{ target: 'a', closed_at: expect.any(String) }])
  const seen = daemon.results().map(({ time }) => time)
  const kept = new Set(results.map(({ time }) => time))
  expect(seen.slice(0, -5).filter((time) => !kept.has(time))).toEqual([])
  expect(receiver.received).toHaveLength(2)
})

test.skipIf(noSmallDisk !== false)(
  'a disk that is full from the start gets its history once there is room',
  async () => {
    using disk = smallDisk(1)
    await using target = await startSwitchableTarget()
    disk.fill()
    const path = join(disk.path, 'h.sqlite')
    const args = ['--url', target.url, '--history', path, '--interval', '0.1', '--listen', '127.0.0.1:0']
    await using daemon = startProbeDaemon(args)
    await eventually(() => expect(daemon.results().length).toBeGreaterThan(2))
    expect(daemon.stderr()).toMatch(/cannot be opened: the disk is full; it is kept in memory until it can be/)
    expect((await history(daemon)).results.length).toBeGreaterThan(0)
    disk.free(700_000)
    await eventually(() => expect(daemon.stderr()).toContain('the history is being written again'))
  },
)
