import { expect, test } from 'vitest'
import type { Done, RetriedJob } from '../queue/queue-facts.ts'
import { quietFacts } from './rules/example-signals.ts'
import { nextStreak, type Streak } from './streak.ts'

interface At {
  atS: number
  retried?: Partial<RetriedJob>[]
  done?: Partial<Done>
  completed?: number
}

/** Looks at these one after the other, and gives what the last one tells of jobs that fail again and again. */
function failingAfter(...looks: At[]): Streak['failing'] {
  let streak: Streak | null = null
  for (const { atS, retried = [], done, completed } of looks) {
    const jobs = retried.map((job) => ({ id: 'a', failed: 2, takenAt: null, isActive: false, ...job }))
    const totals = completed === undefined ? null : { completed, failed: 0 }
    const facts = { ...quietFacts, retried: jobs, done: { newest: null, vanished: null, ...done }, totals }
    streak = nextStreak(streak, facts, atS * 1000, false)
  }
  return streak?.failing ?? null
}

test('a job counts once it has failed twice, and once of them before our eyes', () => {
  expect(failingAfter({ atS: 0 }, { atS: 5, retried: [{ failed: 1, takenAt: 4000 }] })).toBeNull()
  expect(failingAfter({ atS: 0 }, { atS: 5, retried: [{ failed: 2, takenAt: 4000 }] })).toMatchObject({ since: 5000 })
  expect(failingAfter({ atS: 0, retried: [{ failed: 2 }] }, { atS: 5, retried: [{ failed: 3 }] })).toEqual({
    since: 5000,
    jobs: 1,
    attempts: 3,
  })
})

test('dead letters that an operator has put back do not count by what is long past, waiting or active', () => {
  const put = { failed: 3, takenAt: -60_000 }
  expect(failingAfter({ atS: 0, retried: [put] }, { atS: 5, retried: [put] })).toBeNull()
  const active = { failed: 3, takenAt: 2000, isActive: true }
  expect(failingAfter({ atS: 0, retried: [put] }, { atS: 5, retried: [active] })).toBeNull()
})

const [first, second] = [
  { failed: 2, takenAt: 1000 },
  { failed: 3, takenAt: 4000 },
].map((job) => [job]) as [Partial<RetriedJob>[], Partial<RetriedJob>[]]

for (const [how, before, after] of [
  ['the counter of workers', { completed: 7 }, { completed: 8 }],
  ['the newest that is kept', { done: { newest: 'x' } }, { done: { newest: 'y' } }],
  ['the first that is kept', {}, { done: { newest: 'y' } }],
] as const) {
  test(`a job that is completed ends it, seen by ${how}`, () => {
    const looks = [
      { atS: 0, ...before },
      { atS: 3, retried: first, ...before },
    ]
    expect(failingAfter(...looks, { atS: 6, retried: second, ...before })).toMatchObject({ since: 3000 })
    expect(failingAfter(...looks, { atS: 6, retried: second, ...after })).toBeNull()
  })
}

test('one that leaves nothing behind is missed among those that were added, at two looks, since one may be between two states', () => {
  const looks = [0, 0, 0].map((vanished, at) => ({ atS: 3 * at, retried: first, done: { vanished } }))
  const next = (...vanished: number[]) =>
    failingAfter(...looks, ...vanished.map((count, at) => ({ atS: 9 + at, retried: first, done: { vanished: count } })))
  expect(next(1, 0)).not.toBeNull()
  expect(next(1, 1)).toBeNull()
})
