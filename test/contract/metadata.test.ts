import { contract, expect } from './contract.ts'

contract('metadata', (it) => {
  it('a queue tells which version of BullMQ wrote it', async ({ queue }) => {
    const q = queue()
    expect(await q.getVersion()).toMatch(/^bullmq:6\.\d+\.\d+$/)
    expect((await q.getMeta()).version).toBe(await q.getVersion())
  })

  it('a new queue keeps ten thousand events and is not paused', async ({ queue }) => {
    const q = queue()
    const version = await q.getVersion()
    expect(await q.getMeta()).toEqual({ maxLenEvents: 10_000, paused: false, version })
  })

  it('a queue tells its settings as numbers', async ({ queue }) => {
    const q = queue({ streams: { events: { maxLen: 77 } } })
    const version = await q.getVersion()
    await q.setGlobalConcurrency(4)
    await q.setGlobalRateLimit(10, 1000)
    await q.pause()
    expect(await q.getMeta()).toEqual({
      concurrency: 4,
      duration: 1000,
      max: 10,
      maxLenEvents: 77,
      paused: true,
      version,
    })
  })

  it('a queue object that writes no metadata leaves none', async ({ queue }) => {
    const q = queue({ skipMetasUpdate: true })
    expect(await q.getVersion()).toBeNull()
    expect(await q.getMeta()).toEqual({ paused: false })
  })

  it('a queue object that writes no metadata reads those of others', async ({ queue }) => {
    const writer = queue({ streams: { events: { maxLen: 77 } } })
    await writer.getVersion()
    const reader = queue({ name: writer.name, skipMetasUpdate: true })
    expect(await reader.getVersion()).toBe(await writer.getVersion())
    expect((await reader.getMeta()).maxLenEvents).toBe(77)
  })

  it('settings are still there when all objects were closed', async ({ queue }) => {
    const q = queue()
    await q.setGlobalConcurrency(4)
    await q.close()
    expect(await queue({ name: q.name }).getGlobalConcurrency()).toBe(4)
  })

  it('settings of one queue are not those of another', async ({ queue }) => {
    const [one, other] = [queue(), queue()]
    await one.setGlobalConcurrency(4)
    expect(await other.getGlobalConcurrency()).toBeNull()
  })

  it('settings are gone with the obliterated queue', async ({ queue }) => {
    const q = queue()
    await q.getVersion()
    await q.setGlobalConcurrency(4)
    await q.obliterate()
    expect(await q.getMeta()).toEqual({ paused: false })
  })
})
