import { expect, test } from 'vitest'
import type { Check } from '../contract.ts'
import { judgeLook, reportHealth, type QueueSettings } from './report.ts'
import { defaultLimits } from './rules/limits.ts'
import { SimulatedQueue } from './simulated-queue.ts'
import { nothingSeen } from './trend.ts'

const S = 1000
const MINUTE = 60 * S
const BEGIN = Date.parse('2026-11-24T09:00:00Z')
const settings: QueueSettings = { limits: defaultLimits, maintenance: [] }

interface Seen {
  /** Since the beginning. */
  atS: number
  checks: Check[]
  healthy: boolean
  summary: string
}

/** Looks at a queue every five seconds, as the sampler would; `events` happen at their second. */
function watch(
  queue: SimulatedQueue,
  forMs: number,
  events: [atS: number, happens: () => void][],
  judgedBy = settings,
): Seen[] {
  const seen: Seen[] = []
  let memory = nothingSeen
  const due = events.toSorted(([a], [b]) => a - b)
  const end = queue.now + forMs
  while (queue.now < end) {
    const nextLook = queue.now + 5 * S
    for (let event = due[0]; event && BEGIN + event[0] * S <= nextLook; event = due[0]) {
      queue.advance(Math.max(0, BEGIN + event[0] * S - queue.now))
      event[1]()
      due.shift()
    }
    queue.advance(nextLook - queue.now)
    const look = judgeLook(memory, queue.look(), judgedBy)
    memory = look.memory
    const { healthy, summary, checks } = reportHealth(look.judged)
    seen.push({ atS: (queue.now - BEGIN) / S, healthy, summary, checks })
  }
  return seen
}

const alarms = (seen: Seen[], statuses: string[] = ['fail']) =>
  seen.flatMap(({ atS, checks }) =>
    checks.filter(({ status }) => statuses.includes(status)).map(({ name, message }) => `${atS} s ${name}: ${message}`),
  )

const firstFailure = (seen: Seen[], name: string) =>
  seen.find(({ checks }) => checks.some((check) => check.name === name && check.status === 'fail'))?.atS

const every = (everyS: number, untilS: number, happens: () => void, fromS = everyS) =>
  Array.from({ length: Math.floor((untilS - fromS) / everyS) + 1 }, (_, at): [number, () => void] => [
    fromS + at * everyS,
    happens,
  ])

test('30 minutes of an idle queue: nothing warns or fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(3)
  const seen = watch(queue, 30 * MINUTE, [])
  expect(seen).toHaveLength(360)
  expect(alarms(seen, ['warn', 'fail'])).toEqual([])
})

test('30 minutes of a queue with delayed jobs only: nothing warns or fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(3)
  for (let minute = 1; minute < 40; minute++) queue.add({ takesMs: 200, delayMs: minute * MINUTE })
  expect(alarms(watch(queue, 30 * MINUTE, []), ['warn', 'fail'])).toEqual([])
})

test('a job that runs for an hour with progress in the only slot: nothing fails, though the canary waits behind it', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(1)
  const seen = watch(queue, 65 * MINUTE, [[60, () => queue.add({ takesMs: 60 * MINUTE, tellsEveryMs: 20 * S })]], {
    ...settings,
    limits: { ...defaultLimits, activeS: { warn: 3660, fail: 3900 } },
  })
  expect(alarms(seen)).toEqual([])
  const during = seen.find(({ atS }) => atS === 1800)?.checks.find(({ name }) => name === 'canary')
  expect(during).toMatchObject({ status: 'pass', message: expect.stringContaining('all slots are in use') })
  expect(during?.value).toBeGreaterThan(1000)
})

test('30 minutes of steady work at 80 % of what the workers can do: nothing warns or fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(4)
  const seen = watch(
    queue,
    30 * MINUTE,
    every(1, 1800, () => queue.add({ takesMs: 800 }, 4)),
  )
  expect(alarms(seen, ['warn', 'fail'])).toEqual([])
})

test('bursts of 5,000 jobs every six minutes that drain within the objective: nothing fails, the depth warns', () => {
  const queue = new SimulatedQueue(BEGIN)
  for (let worker = 0; worker < 4; worker++) queue.startWorker(5)
  const longest: number[] = []
  const bursts = every(360, 1800, () => queue.add({ takesMs: 300 }, 5000), 60)
  const seen = watch(queue, 30 * MINUTE, [...bursts, ...every(10, 1800, () => longest.push(queue.waiting()))])
  expect(Math.max(...longest)).toBeGreaterThan(4000)
  expect(longest.filter((waiting) => waiting === 0).length).toBeGreaterThan(50)
  expect(alarms(seen)).toEqual([])
  expect(alarms(seen, ['warn']).join('\n')).toContain('queue_depth')
})

test('a rolling restart every five minutes under load, with gaps of three seconds without any consumer: nothing fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  let worker = queue.startWorker(4)
  const stops = every(300, 1800, () => queue.stopWorker(worker))
  const starts = every(300, 1800, () => (worker = queue.startWorker(4)), 304)
  const load = every(2, 1800, () => queue.add({ takesMs: 1000 }, 3))
  expect(alarms(watch(queue, 30 * MINUTE, [...stops, ...starts, ...load]))).toEqual([])
})

test('a restart of three workers one after the other: nothing fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  const workers = [queue.startWorker(2), queue.startWorker(2), queue.startWorker(2)]
  const restarts = workers.flatMap((worker, at): [number, () => void][] => [
    [300 + at * 20, () => queue.stopWorker(worker)],
    [310 + at * 20, () => queue.startWorker(2)],
  ])
  const load = every(2, 1800, () => queue.add({ takesMs: 2000 }, 3))
  expect(alarms(watch(queue, 30 * MINUTE, [...restarts, ...load]))).toEqual([])
})

test('a job that runs for half an hour at a global concurrency of 1, with workers and slots to spare: only what waits behind it is late', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.globalConcurrency = 1
  queue.startWorker(2)
  queue.startWorker(2)
  const seen = watch(queue, 40 * MINUTE, [
    [60, () => queue.add({ takesMs: 30 * MINUTE, tellsEveryMs: 20 * S })],
    [70, () => queue.add({ takesMs: 100, delayMs: MINUTE })],
  ])
  expect(alarms(seen).filter((told) => !told.includes('s oldest_waiting:'))).toEqual([])
  expect(seen.find(({ atS }) => atS === 1200)?.checks.find(({ name }) => name === 'canary')).toMatchObject({
    status: 'pass',
    message: expect.stringContaining('at its global concurrency of 1'),
  })
})

test('half of the jobs fail some attempts, and now and then one of them all: nothing warns or fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(4)
  const works = every(2, 1800, () => queue.add({ takesMs: 500 }))
  const flaky = every(2, 1800, () => queue.add({ takesMs: 500, fails: 2, backoffMs: 5 * S }))
  const hopeless = every(60, 1800, () => queue.add({ takesMs: 500, fails: 1e6, backoffMs: 10 * S }))
  expect(alarms(watch(queue, 30 * MINUTE, [...works, ...flaky, ...hopeless]), ['warn', 'fail'])).toEqual([])
})

test('a single job that is tried three times in an idle queue: nothing warns or fails', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(2)
  const seen = watch(queue, 30 * MINUTE, [[60, () => queue.add({ takesMs: 2 * S, fails: 2, backoffMs: 15 * S })]])
  expect(alarms(seen, ['warn', 'fail'])).toEqual([])
})

test('a queue that is paused while nothing waits warns, and fails as soon as a job waits in it', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(2)
  const seen = watch(queue, 30 * MINUTE, [
    [300, () => queue.pause()],
    [1200, () => queue.add({ takesMs: 100 })],
    [1500, () => queue.resume()],
  ])
  expect(alarms(seen.filter(({ atS }) => atS < 1200))).toEqual([])
  const whilePaused = seen.filter(({ atS }) => atS > 1205 && atS < 1500)
  const failed = whilePaused.flatMap(({ checks }) => checks.filter(({ ok }) => !ok).map(({ name }) => name))
  expect(new Set(failed)).toEqual(new Set(['queue_paused']))
  expect(alarms(seen.filter(({ atS }) => atS > 1505))).toEqual([])
})

test('declared maintenance: paused, jobs wait and the workers are stopped, and nothing fails; it does when it takes too long', () => {
  const queue = new SimulatedQueue(BEGIN)
  const worker = queue.startWorker(2)
  const window = { from: BEGIN + 290 * S, until: BEGIN + 1200 * S, reason: 'new disks' }
  const happens: [number, () => void][] = [
    [300, () => queue.pause()],
    [310, () => queue.stopWorker(worker)],
    ...every(10, 1150, () => queue.add({ takesMs: 100 }), 320),
  ]
  const back: [number, () => void][] = [
    [1160, () => queue.startWorker(2)],
    [1165, () => queue.resume()],
  ]
  const declared = { ...settings, maintenance: [window] }
  const seen = watch(queue, 30 * MINUTE, [...happens, ...back], declared)
  expect(alarms(seen)).toEqual([])
  expect(seen.find(({ atS }) => atS === 900)?.summary).toContain(
    'Maintenance is declared until 2026-11-24T09:20Z: new disks.',
  )

  const forgotten = new SimulatedQueue(BEGIN)
  const late = watch(
    forgotten,
    30 * MINUTE,
    [
      [300, () => forgotten.pause()],
      [400, () => forgotten.add({ takesMs: 1 })],
    ],
    declared,
  )
  expect(firstFailure(late, 'queue_paused')).toBe(1200)
})

// What follows shows that the simulation can alarm at all, and how soon.

test('the last worker is killed: worker_running fails within 10 s, its job is told to be nobody’s', () => {
  const queue = new SimulatedQueue(BEGIN)
  const worker = queue.startWorker(1)
  const seen = watch(queue, 5 * MINUTE, [
    [55, () => queue.add({ takesMs: 10 * MINUTE })],
    [61, () => queue.killWorker(worker)],
  ])
  expect(firstFailure(seen, 'worker_running')).toBeLessThanOrEqual(71)
  expect(firstFailure(seen, 'active_jobs')).toBeLessThanOrEqual(85)
  expect(seen.at(-1)?.summary).toMatch(/does not work: No consumer is connected.*From that follows: .*active_jobs/)
})

test('the only worker is frozen: consumers_alive fails within 10 s, also when the queue is idle', () => {
  const queue = new SimulatedQueue(BEGIN)
  const worker = queue.startWorker(2)
  const seen = watch(queue, 2 * MINUTE, [[61, () => queue.freezeWorker(worker)]])
  expect(firstFailure(seen, 'consumers_alive')).toBeLessThanOrEqual(71)
  expect(firstFailure(seen, 'worker_running')).toBeUndefined()
})

test('the loop that fetches jobs dies in a worker that lives: the canary tells, and says which part is dead', () => {
  const queue = new SimulatedQueue(BEGIN)
  const worker = queue.startWorker(2)
  const seen = watch(queue, 3 * MINUTE, [[61, () => queue.deafenWorker(worker)]])
  // The next canary is sent within 30 s, and 15 s later it is too late.
  expect(firstFailure(seen, 'canary')).toBeLessThanOrEqual(61 + 30 + 15 + 5)
  expect(seen.at(-1)?.summary).toContain('1 worker lives and 2 slots are free, but none takes it')
})

test('the same while jobs come: progress fails within its 30 s', () => {
  const queue = new SimulatedQueue(BEGIN)
  const worker = queue.startWorker(2)
  const load = every(2, 300, () => queue.add({ takesMs: 100 }))
  const seen = watch(queue, 3 * MINUTE, [...load, [61, () => queue.deafenWorker(worker)]])
  expect(firstFailure(seen, 'progress')).toBeLessThanOrEqual(61 + 30 + 10)
})

test('more comes than the workers can do: the backlog warns or fails before the oldest job is too old', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(2)
  const seen = watch(
    queue,
    30 * MINUTE,
    every(1, 1800, () => queue.add({ takesMs: 1000 }, 3)),
  )
  expect(firstFailure(seen, 'oldest_waiting')).toBeGreaterThan(120)
  expect(firstFailure(seen, 'oldest_waiting')).toBeLessThan(600)
  expect(alarms(seen, ['warn', 'fail']).join('\n')).toContain('backlog: The backlog grows by')
})

test('every attempt of every job fails and is tried again: it warns after a minute, and is down after five', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(5)
  queue.add({ takesMs: 10, fails: 1e6, backoffMs: S }, 50)
  const seen = watch(queue, 10 * MINUTE, [])
  expect(firstFailure(seen, 'failing_attempts')).toBeGreaterThan(299)
  expect(firstFailure(seen, 'failing_attempts')).toBeLessThanOrEqual(315)
  expect(alarms(seen, ['warn'])[0]).toMatch(/^(?:60|65|70|75) s failing_attempts: 1\d jobs have failed/)
  expect(seen.at(-1)?.summary).toMatch(/does not work: .* jobs have failed .* attempts, and none was completed/)
})

test('the same in the only slot, where the one that is tried is active at most looks', () => {
  const queue = new SimulatedQueue(BEGIN)
  queue.startWorker(1)
  queue.add({ takesMs: 4 * S, fails: 1e6 }, 4)
  expect(firstFailure(watch(queue, 10 * MINUTE, []), 'failing_attempts')).toBeLessThanOrEqual(360)
})
