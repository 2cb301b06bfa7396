import { expect, test } from 'vitest'
import { judgeLook } from '../health/report.ts'
import { example, NOW } from '../health/rules/example-signals.ts'
import { defaultLimits } from '../health/rules/limits.ts'
import { nothingSeen } from '../health/trend.ts'
import { describeQueue } from './describe-queue.ts'

test('nobody is said to take jobs where nobody is connected', () => {
  const seen = example()
  const { judged } = judgeLook(nothingSeen, seen, { limits: defaultLimits, maintenance: [] })
  if (!judged.signals.counts) throw new Error('no look')
  const counts = { ...judged.signals.counts, waiting: 3 }
  const reading = {
    counts,
    paused: false,
    oldestWaitingAt: NOW,
    newestCompletedAt: null,
    newestDeadLetter: null,
    movement: 'a',
    minutes: null,
  }
  const rowWith = (consumers: number) =>
    describeQueue(undefined, { queue: 'exports', reading, consumers, health: judged }, NOW).row
  expect(rowWith(1).consuming).toBe(true)
  expect(rowWith(0).consuming).toBe(null)
})
