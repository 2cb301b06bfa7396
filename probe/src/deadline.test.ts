import { describe, expect, test } from 'vitest'
import { within } from './deadline.ts'

const never = new Promise<never>(() => {})

describe('within', () => {
  test('gives what the work gives', async () => {
    const stop = new AbortController().signal
    await expect(within(1000, stop, async () => 7)).resolves.toBe(7)
    await expect(within(1000, stop, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('rejects at the deadline although the work does not listen', async () => {
    const stop = new AbortController().signal
    let given: AbortSignal | undefined
    const work = (signal: AbortSignal) => {
      given = signal
      return never
    }
    await expect(within(5, stop, work)).rejects.toThrow('no answer within 5 ms')
    expect(given?.aborted).toBe(true)
  })

  test('rejects as soon as it is stopped', async () => {
    const stopping = new AbortController()
    const outcome = within(60_000, stopping.signal, () => never)
    stopping.abort()
    await expect(outcome).rejects.toThrow('stopped before it ended')
  })

  test('does not begin when it is stopped already', async () => {
    let begun = false
    const work = async () => {
      begun = true
    }
    await expect(within(1000, AbortSignal.abort(), work)).rejects.toThrow()
    expect(begun).toBe(false)
  })
})
