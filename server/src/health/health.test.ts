import { expect, test } from 'vitest'
import { createLog } from '../log.ts'
import { createHealth } from './health.ts'
import { defaultLimits } from './rules/limits.ts'
import { example, type Differences } from './rules/example-signals.ts'
import { createWatcher, type Target } from './watcher.ts'

const log = createLog('silent')

/** A queue whose looks end when the test says so. */
function slowTarget(queue = 'exports') {
  const looks: PromiseWithResolvers<Differences>[] = []
  const begun: PromiseWithResolvers<void>[] = [Promise.withResolvers()]
  const target: Target = {
    queue,
    kind: 'exports',
    store: 'redis',
    settings: () => ({ limits: defaultLimits, maintenance: [] }),
    async look() {
      const look = Promise.withResolvers<Differences>()
      looks.push(look)
      begun.at(-1)?.resolve()
      begun.push(Promise.withResolvers())
      return example({ queue, ...(await look.promise) })
    },
  }
  return { target, looks, nextLook: () => begun.at(-1)?.promise }
}

const quickTarget = (queue: string, differences: Differences = {}): Target => ({
  ...slowTarget(queue).target,
  look: async () => example({ queue, ...differences }),
})

test('all who ask at the same time share one look', async () => {
  const { target, looks } = slowTarget()
  const watcher = createWatcher(target, () => undefined, log)
  const asked = [watcher.look(), watcher.look(), watcher.atMost(1000)]
  expect(looks).toHaveLength(1)
  looks[0]?.resolve({})
  const judged = await Promise.all(asked)
  expect(new Set(judged).size).toBe(1)
  expect(await watcher.atMost(60_000)).toBe(judged[0])
  expect(looks).toHaveLength(1)
})

test('a look that fails for a reason of ours is told to who asks and to nobody after', async () => {
  const { target, looks } = slowTarget()
  const watcher = createWatcher(target, () => undefined, log)
  const asked = watcher.look()
  looks[0]?.reject(new Error('a fault of ours'))
  await expect(asked).rejects.toThrow('a fault of ours')
  const again = watcher.look()
  looks[1]?.resolve({ jobs: { failed: 3 } })
  expect((await again).signals.counts?.failed).toBe(3)
})

test('a look that hangs is given up as no answer, and the next one counts', async () => {
  const { target, looks } = slowTarget()
  const watcher = createWatcher(target, () => undefined, log)
  expect((await watcher.look()).signals.store).toEqual({ kind: 'redis', reachable: false, problem: null })
  const next = watcher.look()
  looks[0]?.resolve({ jobs: { failed: 9 } })
  looks[1]?.resolve({ jobs: { failed: 1 } })
  expect((await next).signals.counts?.failed).toBe(1)
  expect(watcher.latest()?.signals.counts?.failed).toBe(1)
})

test('it looks by itself, whether or not anybody asks, and remembers', async () => {
  const { target, looks, nextLook } = slowTarget()
  const health = createHealth(target, [], log)
  health.watch()
  looks[0]?.resolve({ jobs: { waiting: 1 } })
  await nextLook()
  looks[1]?.resolve({ jobs: { waiting: 1 } })
  const { signals } = await health.snapshot()
  expect(looks.length).toBeGreaterThanOrEqual(2)
  expect(signals.trend.before.size).toBeGreaterThan(10)
  const closing = health.close()
  for (const look of looks) look.resolve({})
  await closing
})

test('the first answer has the further queues too, and each can be asked for in full', async () => {
  const mail = quickTarget('mail', { jobs: { failed: 60 } })
  const health = createHealth(quickTarget('exports'), [mail, quickTarget('video')], log)
  const { report } = await health.snapshot()
  expect(report.queues?.map(({ queue, healthy }) => [queue, healthy])).toEqual([
    ['mail', false],
    ['video', true],
  ])
  expect(report.healthy).toBe(false)
  const full = await health.reportOf('mail')
  expect(full).toMatchObject({ queue: 'mail', healthy: false })
  expect(full.checks.length).toBeGreaterThan(15)
  expect((await health.reportOf('exports')).queues).toHaveLength(2)
  await expect(health.reportOf('vidoe')).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'The queue "vidoe" is not watched: did you mean "video"?',
  })
  await health.close()
})

test('a further queue that is not seen yet is left out, and holds nobody up', async () => {
  const { target, looks } = slowTarget('mail')
  const health = createHealth(quickTarget('exports'), [target], log)
  const { report } = await health.snapshot()
  expect(report).toMatchObject({ healthy: true, status: 'operational' })
  expect(report.queues).toBeUndefined()
  const closing = health.close()
  for (const look of looks) look.resolve({})
  await closing
})
