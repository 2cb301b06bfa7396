import { stat } from 'node:fs/promises'
import type { Queue } from 'bullmq'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OpsError } from '../errors.ts'
import { askStore } from './ask-store.ts'

const never = new Promise<never>(() => undefined)
// Only its readiness is looked at; the calls themselves are the callers' business and tested on a real store.
const queueThat = (waitUntilReady: () => Promise<unknown>) => ({ waitUntilReady }) as unknown as Queue
const connected = queueThat(async () => undefined)
const failureOf = (answer: Promise<unknown>) => answer.then(() => null).catch((error: unknown) => error)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a call that is never answered is given up after 1.5 s', async () => {
  const outcome = failureOf(askStore(connected, () => never))
  await vi.advanceTimersByTimeAsync(1500)
  expect(await outcome).toMatchObject({ code: 'store_unavailable' })
})

test('nothing is called on a store that was never reached, also not later', async () => {
  const neverConnected = queueThat(() => never)
  let called = false
  const call = async () => {
    called = true
  }
  const outcome = failureOf(askStore(neverConnected, call))
  await vi.advanceTimersByTimeAsync(1500)
  expect(await outcome).toMatchObject({ code: 'store_unavailable' })
  expect(called).toBe(false)
})

test('what the store says of itself stays inside', async () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.7:6379')
  const error = await failureOf(askStore(connected, () => Promise.reject(cause)))
  expect(error).toBeInstanceOf(OpsError)
  expect(error).toMatchObject({ message: 'The queue store does not answer. Try again in a few seconds.', cause })
})

test('an error that is ours already passes as it is', async () => {
  const error = new OpsError('not_found', 'Job not found')
  await expect(askStore(connected, () => Promise.reject(error))).rejects.toBe(error)
})

test('a fault of ours is not told as one of the store', async () => {
  for (const error of [new SyntaxError('no JSON'), new TypeError('x is undefined')])
    await expect(askStore(connected, () => Promise.reject(error))).rejects.toBe(error)
})

test('an answer is given as it is and leaves no timer behind', async () => {
  expect(await askStore(connected, async () => 42)).toBe(42)
  expect(vi.getTimerCount()).toBe(0)
})

test('a store that has answered while this process was held up is not blamed', async () => {
  vi.useRealTimers()
  const answer = askStore(connected, async () => {
    await stat('.')
    await stat('.')
    return 42
  })
  await stat('.')
  for (const until = performance.now() + 1600; performance.now() < until;);
  expect(await answer).toBe(42)
})
