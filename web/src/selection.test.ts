import { expect, test } from 'vitest'
import { allSelected, noneSelected, toggled } from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const idsOf = ({ ids }: { ids: ReadonlySet<string> }) => [...ids].toSorted()

test('a row is chosen and left again', () => {
  const chosen = toggled(noneSelected, order, 'b')
  expect(idsOf(chosen)).toEqual(['b'])
  expect(idsOf(toggled(chosen, order, 'b'))).toEqual([])
})

test('a range goes from the last touched row to this one, in either direction', () => {
  expect(idsOf(toggled(toggled(noneSelected, order, 'b'), order, 'd', true))).toEqual(['b', 'c', 'd'])
  expect(idsOf(toggled(toggled(noneSelected, order, 'd'), order, 'b', true))).toEqual(['b', 'c', 'd'])
})

test('a range that ends on a chosen row leaves its rows', () => {
  const all = toggled(allSelected(order), order, 'a')
  expect(idsOf(all)).toEqual(['b', 'c', 'd', 'e'])
  expect(idsOf(toggled(all, order, 'c', true))).toEqual(['d', 'e'])
})

test('a range from a row that is not in the list any more is the one row', () => {
  expect(idsOf(toggled({ ids: new Set(['z']), last: 'z' }, order, 'c', true))).toEqual(['c', 'z'])
})
