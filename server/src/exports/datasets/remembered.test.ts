import { expect, test } from 'vitest'
import { OpsError } from '../../errors.ts'
import { remembered } from './remembered.ts'

/** A source whose answers are given by the test. */
function source() {
  const asked: PromiseWithResolvers<string>[] = []
  return {
    asked,
    ask() {
      const question = Promise.withResolvers<string>()
      asked.push(question)
      return question.promise
    },
  }
}

const patience = { withinMs: 1_000_000, freshMs: 100, failedMs: 10 }

test('everybody who asks meanwhile shares one question, and its answer is good for a while', async () => {
  const { asked, ask } = source()
  let now = 0
  const columns = remembered('d', ask, patience, () => now)
  const answers = [columns(), columns(), columns()]
  expect(asked).toHaveLength(1)
  asked[0]?.resolve('a')
  expect(await Promise.all(answers)).toEqual(['a', 'a', 'a'])
  now = 99
  expect(await columns()).toBe('a')
  now = 100
  const next = columns()
  expect(asked).toHaveLength(2)
  asked[1]?.resolve('b')
  expect(await next).toBe('b')
})

test('a failure is forgotten sooner than an answer', async () => {
  const { asked, ask } = source()
  let now = 0
  const columns = remembered('d', ask, patience, () => now)
  const first = columns()
  asked[0]?.reject(new Error('away'))
  await expect(first).rejects.toThrow('away')
  now = 9
  await expect(columns()).rejects.toThrow('away')
  expect(asked).toHaveLength(1)
  now = 10
  const second = columns()
  asked[1]?.resolve('back')
  expect(await second).toBe('back')
})

test('a source that is silent is given up, and its late answer is there for who asks then', async () => {
  const { asked, ask } = source()
  let now = 0
  const columns = remembered('d', ask, { ...patience, withinMs: 1 }, () => now)
  const silent = columns()
  await expect(silent).rejects.toThrow('Dataset "d" cannot be read: its source does not answer.')
  await expect(silent).rejects.toMatchObject({ code: 'dataset_unreadable' } satisfies Partial<OpsError>)
  // At once, since it was asked a moment ago.
  await expect(columns()).rejects.toThrow('does not answer')
  now = 10
  // Not a second question beside one that is open.
  await expect(columns()).rejects.toThrow('does not answer')
  expect(asked).toHaveLength(1)
  asked[0]?.resolve('late')
  await asked[0]?.promise
  expect(await columns()).toBe('late')
})

test('a question that nobody will answer is asked anew after a minute', async () => {
  const { asked, ask } = source()
  let now = 0
  const columns = remembered('d', ask, { ...patience, withinMs: 1 }, () => now)
  await expect(columns()).rejects.toThrow('does not answer')
  now = 60_000
  const again = columns()
  expect(asked).toHaveLength(2)
  asked[1]?.resolve('new')
  expect(await again).toBe('new')
  asked[0]?.resolve('of yore')
  await asked[0]?.promise
  expect(await columns()).toBe('new')
})
