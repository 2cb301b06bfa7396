import { expect, test } from 'vitest'
import { rememberedNames } from './fleet.ts'

test('a search for names that fails leaves those that were found before', async () => {
  const answers = [['exports', 'mail'], null, ['exports', 'mail', 'new']]
  let asked = 0
  const names = rememberedNames(
    async () => {
      asked += 1
      const answer = answers.shift()
      if (!answer) throw new Error('the store is frozen')
      return answer
    },
    ['exports'],
    -1,
  )
  expect(await names()).toEqual(['exports', 'mail'])
  await expect.poll(names).toEqual(['exports', 'mail', 'new'])
  expect(asked).toBeGreaterThanOrEqual(3)
})

test('as long as no search has succeeded the configured names have to do, and it is tried again', async () => {
  const answers = [null, ['exports', 'mail']]
  const names = rememberedNames(async () => answers.shift() ?? Promise.reject(new Error('away')), ['exports'])
  expect(await names()).toEqual(['exports'])
  expect(await names()).toEqual(['exports', 'mail'])
})
