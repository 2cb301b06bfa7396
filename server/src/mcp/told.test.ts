import { expect, test } from 'vitest'
import { Told } from './told.ts'

test('what was told is known from the id of the last event', () => {
  const told = new Told()
  told.add('export://1/file', 'a1')
  told.add('export://2/file', 'b1')
  const again = new Told(String(told))
  expect(again.has('export://1/file', 'a1')).toBe(true)
  expect(again.has('export://1/file', 'a2')).toBe(false)
  expect(again.has('export://3/file', 'a1')).toBe(false)
  again.add('export://1/file', 'a2')
  expect(new Told(String(again)).has('export://1/file', 'a2')).toBe(true)
})

test('what is no longer subscribed to is no longer in the id', () => {
  const told = new Told()
  told.add('export://1/file', 'a')
  told.add('export://2/file', 'b')
  told.keepOnly(['export://2/file'])
  expect(told.has('export://1/file', 'a')).toBe(false)
  expect(told.has('export://2/file', 'b')).toBe(true)
})

test('an id that is none of ours stands for nothing told', () => {
  for (const id of ['', '17', '~', '.', 'x.', '~.~', 'a.b.c~'])
    expect(new Told(id).has('export://1/file', 'b')).toBe(false)
})
