import { expect, test } from 'vitest'
import { inTime } from './in-time.ts'

const never = new Promise<never>(() => undefined)

test('what is there in time is given', async () => {
  await expect(inTime(60_000, Promise.resolve('done'), () => 'late')).resolves.toBe('done')
})

test('what fails in time fails', async () => {
  await expect(inTime(60_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken')
})

test('what takes longer is given up for something else, and may fail afterwards', async () => {
  await expect(inTime(1, never, () => 'late')).resolves.toBe('late')
  const { promise, reject } = Promise.withResolvers<never>()
  await expect(inTime(1, promise, () => 'late')).resolves.toBe('late')
  reject(new Error('broken'))
  await expect(promise).rejects.toThrow('broken')
})
