import { expect, test } from 'vitest'
import type { ColumnType } from '../../contract.ts'
import { evaluator } from './evaluate.ts'
import type { Bindable, Cell, TestOperator } from './source.ts'

const passing = (type: ColumnType, operator: TestOperator, values: Bindable[], cells: Cell[]) =>
  cells.filter(evaluator({ column: { name: 'c', type }, operator, values }))

test('numbers are compared as numbers, whole ones exactly', () => {
  const cells = [9, 10, null, 9_007_199_254_740_993n]
  expect(passing('integer', 'gt', [9], cells)).toEqual([10, 9_007_199_254_740_993n])
  expect(passing('integer', 'eq', ['9007199254740993'], cells)).toEqual([9_007_199_254_740_993n])
  expect(passing('integer', 'eq', ['9007199254740992'], cells)).toEqual([])
  expect(passing('integer', 'lte', [9.5], cells)).toEqual([9])
  expect(passing('real', 'in', ['1.5', 2], [1.5, 2, 2.5])).toEqual([1.5, 2])
})

test('texts are compared as they are: case, wild cards and quotes mean nothing', () => {
  const cells = ['a%b', 'axb', 'A%B', `x' OR '1'='1`, '', null, 'é😀']
  expect(passing('text', 'contains', ['%'], cells)).toEqual(['a%b', 'A%B'])
  expect(passing('text', 'prefix', ['a_'], cells)).toEqual([])
  expect(passing('text', 'eq', [`x' OR '1'='1`], cells)).toEqual([`x' OR '1'='1`])
  expect(passing('text', 'contains', ['😀'], cells)).toEqual(['é😀'])
  expect(passing('text', 'lt', ['a'], cells)).toEqual(['A%B', ''])
})

test('instants are compared as instants, in whatever zone they are given', () => {
  const cells = ['2024-05-06T07:08:09.120Z', '2024-05-06T07:08:10.000Z']
  expect(passing('timestamp', 'lte', ['2024-05-06T09:08:09.120+02:00'], cells)).toEqual([cells[0]])
  expect(passing('timestamp', 'eq', ['2024-05-06T07:08:10Z'], cells)).toEqual([cells[1]])
})

test('null passes nothing but the test for null', () => {
  for (const operator of ['eq', 'ne', 'gt', 'lt', 'in', 'not_in', 'prefix', 'contains', 'not_null'] as const) {
    expect(passing('text', operator, ['x'], [null])).toEqual([])
  }
  expect(passing('text', 'is_null', [], [null, ''])).toEqual([null])
  expect(passing('text', 'not_null', [], [null, ''])).toEqual([''])
  expect(passing('text', 'not_in', ['x', 'y'], [null, 'x', 'z'])).toEqual(['z'])
})

test('booleans are equal to their other spellings', () => {
  expect(passing('boolean', 'eq', ['true'], [true, false])).toEqual([true])
  expect(passing('boolean', 'eq', [0], [true, false])).toEqual([false])
})

test('a value that cannot be one of the column is refused', () => {
  expect(() => passing('timestamp', 'gt', ['yesterday'], [])).toThrow('does not fit')
  expect(() => passing('integer', 'eq', ['x'], [])).toThrow('does not fit')
})
