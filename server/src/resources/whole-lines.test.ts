import { expect, test } from 'vitest'
import { wholeLines } from './whole-lines.ts'

const text = (data: Buffer) => wholeLines(data).toString('utf8')

test('a part ends with its last whole line', () => {
  expect(text(Buffer.from('a,b\r\n1,2\r\n3,'))).toBe('a,b\r\n1,2\r\n')
})

test('a part of one long line ends with a whole character', () => {
  for (const character of ['é', '日', '😀']) {
    const data = Buffer.from(`x${character}`)
    for (let cut = 1; cut < data.length; cut++) expect(text(data.subarray(0, cut))).toBe('x')
    expect(text(data)).toBe(`x${character}`)
  }
})

test('a part is never empty, also when it is smaller than a character', () => {
  for (const size of [1, 2, 3]) expect(wholeLines(Buffer.from('😀').subarray(0, size))).toHaveLength(size)
})
