import { expect, test } from 'vitest'
import { judgeLook, type Judged } from './report.ts'
import { example, gone, NOW, waitingFor, type Differences } from './rules/example-signals.ts'
import { defaultLimits } from './rules/limits.ts'
import { nothingSeen } from './trend.ts'

const settings = { limits: defaultLimits, maintenance: [] }
const unserved: Differences = { ...waitingFor(40), consumers: [], workers: [] }

/** What the looks say, each so many seconds after the first. */
function lookedAt(...looks: [atS: number, differences: Differences][]): Judged[] {
  let memory = nothingSeen
  return looks.map(([atS, differences]) => {
    const next = judgeLook(memory, example({ ...differences, observedAt: new Date(NOW + atS * 1000) }), settings)
    memory = next.memory
    return next.judged
  })
}
const stands = (judged: Judged[]) => judged.map(({ standing }) => [standing.status, (standing.since - NOW) / 1000])

test('a queue stands as it does since the look that found it, whoever asks later', () => {
  const looks = lookedAt([0, {}], [2, unserved], [8, unserved], [60, unserved])
  expect(stands(looks).at(2)).toEqual(['down', 8])
  const judged = lookedAt([0, {}], [2, unserved], [8, unserved], [30, unserved]).at(-1)
  if (!judged) throw new Error('no look')
  expect(judged.standing).toMatchObject({ status: 'down', since: NOW + 8000 })
})

test('a store that was away for a moment mends no queue and begins no new incident', () => {
  const looks = lookedAt(
    [0, {}],
    [2, unserved],
    [8, unserved],
    [10, gone],
    [18, unserved],
    [20, unserved],
    [24, unserved],
  )
  expect(stands(looks).slice(2)).toEqual(Array.from({ length: 5 }, () => ['down', 8]))
  expect(looks[4]?.standing.summary).toContain('does not work')
})

test('a queue whose jobs wait without a consumer is not said to work before it is judged', () => {
  const looks = lookedAt([0, unserved], [2, unserved], [6, unserved])
  expect(looks.map(({ standing }) => standing.status)).toEqual([null, null, 'down'])
  for (const { standing } of looks) expect(standing.summary).not.toMatch(/ works/)
})
