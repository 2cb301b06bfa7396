import { expect, test } from 'vitest'
import { stemOf } from './export-names.ts'
import { isLeftover, ownerOf } from './leftovers.ts'

const uuid = '0aa1bcde-0000-4000-8000-000000000000'
const minutes = (n: number) => n * 60_000

test('a temporary file tells whose it is', () => {
  const scheduled = 'repeat:schedule-daily:1795000000000'
  const stem = stemOf(scheduled, { schedule: { name: 'daily', handle: 'h', keep: 3 } })
  for (const [name, owner] of [
    [`.${uuid}.${uuid}.part`, uuid],
    [`.17.${uuid}.part`, '17'],
    [`.${uuid}.checkpoint`, uuid],
    [`.${stem}.${uuid}.part`, scheduled],
    [`.trial.${uuid}.part`, null],
  ])
    expect(ownerOf(String(name))).toBe(owner)
})

test('what is no temporary file of ours has no owner', () => {
  const names = [`${uuid}.csv`, `.${uuid}.csv.lease`, `${uuid}.${uuid}.part`, '.17.part', 'x.checkpoint', '.DS_Store']
  for (const name of names) expect(ownerOf(name)).toBeUndefined()
})

test('of a job that is worked on or will be, nothing is a leftover, however old', () => {
  expect(isLeftover('live', minutes(1e6))).toBe(false)
})

test('of a job that is over, everything is', () => {
  expect(isLeftover('over', 0)).toBe(true)
})

test('of a job that the queue does not know, what nobody writes to', () => {
  expect(isLeftover('gone', minutes(10))).toBe(false)
  expect(isLeftover('gone', minutes(11))).toBe(true)
})

test("nobody's, what is older than a day", () => {
  expect(isLeftover(null, minutes(24 * 60))).toBe(false)
  expect(isLeftover(null, minutes(24 * 60 + 1))).toBe(true)
})
