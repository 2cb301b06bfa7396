import { expect, test } from 'vitest'
import { errorOf, ErrorGroups, groupOf } from './error-groups.ts'

test('numbers and ids do not make another group', () => {
  const same = [
    'Error: order 17 of 3f0c1b7e-1111-4222-8333-944455556666 timed out after 3.5 s',
    'Error: order 99123 of 00000000-aaaa-4bbb-8ccc-dddddddddddd timed out after 12 s',
  ]
  expect(new Set(same.map(groupOf)).size).toBe(1)
  expect(errorOf(same[0] ?? '')).toBe('Error: order <n> of <id> timed out after <n> s')
})

test('numbers and ids of different lengths do not push the rest of an error out of sight', () => {
  const ids = (digits: number) => Array.from({ length: 40 }, () => '7'.repeat(digits)).join(' and ')
  expect(groupOf(`Error: orders ${ids(3)} are late`)).toBe(groupOf(`Error: orders ${ids(7)} are late`))
  expect(errorOf(`Error: orders ${ids(3)} are late`)).toHaveLength(300)
})

test('words are never taken for ids', () => {
  expect(errorOf('the decade was effaced by acceded')).toBe('the decade was effaced by acceded')
})

test('only the first line counts', () => {
  expect(groupOf('Error: a\n    at x')).toBe(groupOf('Error: a\n    at y'))
  expect(groupOf('Error: a')).not.toBe(groupOf('Error: b'))
})

const job = (jobId: string, failedAt: number, reason: string) => ({ jobId, failedAt, name: 'mail', reason })

test('groups are counted, the largest first, with what is newest in them', () => {
  const groups = new ErrorGroups()
  groups.add(job('5', 50, 'gone 5'))
  groups.add(job('4', 40, 'late'))
  groups.add(job('3', 30, 'gone 3'), false)
  groups.add(job('2', 20, 'gone 2'))
  const gone = { group: groupOf('gone 1'), count: 3, firstAt: 20, lastAt: 50, reason: 'gone 5', reasonLength: 6 }
  const late = { group: groupOf('late'), count: 1, firstAt: 40, lastAt: 40, reason: 'late', reasonLength: 4 }
  const [first, second] = groups.list()
  expect(first).toEqual({
    ...gone,
    deaths: [
      { jobId: '5', failedAt: 50 },
      { jobId: '2', failedAt: 20 },
    ],
  })
  expect(second).toEqual({ ...late, deaths: [{ jobId: '4', failedAt: 40 }] })
  expect(groups.find(gone.group)).toBe(first)
  expect(groups.beyond).toBe(0)
})

test('there is a limit to what is kept, and what is beyond is counted', () => {
  const groups = new ErrorGroups()
  const letters = (n: number) => n.toString(36).replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)] ?? '')
  for (let n = 0; n < 2010; n += 1) groups.add(job(`${n}`, n, `${letters(n)} ${'x'.repeat(5000)}`))
  groups.add(job('again', 1, `${letters(0)} ${'x'.repeat(5000)}`))
  expect(groups.list()).toHaveLength(2000)
  expect(groups.beyond).toBe(10)
  expect(groups.list()[0]).toMatchObject({ count: 2, reasonLength: 5002 })
  expect(groups.list()[0]?.reason).toHaveLength(500)
})
