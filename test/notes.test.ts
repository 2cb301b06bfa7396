import { DatabaseSync } from 'node:sqlite'
import type { NotesRead } from '@queue-ops/server/notes'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

const HOUR_MS = 3_600_000
const PREFIX = '{bull}'

/** Some queue of a store and its notes, and the same again as another process has it. */
async function openNotes(url: string, prefix = PREFIX) {
  const opened = ['one', 'other'].map(() => {
    const store = openStore(url, prefix, createLog('silent'))
    const queue = store.openQueue('work')
    const notes = store.openNotes(queue)
    if (!notes) throw new Error('this store has no notes')
    return { queue, notes }
  })
  for (const { queue } of opened) await queue.waitUntilReady()
  const [one, other] = opened
  if (!one || !other) throw new Error('nothing was opened')
  return {
    queue: one.queue,
    notes: one.notes,
    others: other.notes,
    async [Symbol.asyncDispose]() {
      for (const { queue } of opened) await queue.close()
    },
  }
}

const values = ({ notes }: NotesRead) => Object.fromEntries(notes.map(({ name, value }) => [name, value]))

/** Makes a note as old as if it had been written so long ago, by the means of the store. */
const age: Record<string, (url: string, name: string, ms: number) => Promise<void>> = {
  async SQLite(url, name, ms) {
    const db = new DatabaseSync(url.slice('sqlite:'.length))
    db.prepare('UPDATE note SET written_at = written_at - ? WHERE name = ?').run(ms, name)
    db.close()
  },
  Redis: (url, name, ms) =>
    withRedis(url, async (redis) => {
      const key = `${PREFIX}:work:queue-ops:notes`
      const [time = '', ...text] = (await redis.hget(key, name))?.split(' ') ?? []
      await redis.hset(key, name, [Number(time) - ms, ...text].join(' '))
    }),
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

for (const storeName of ['SQLite', 'Redis'] as const) {
  const startStore = stores[storeName]
  if (!startStore) throw new Error(`there is no ${storeName}`)

  test(`on ${storeName}, notes are seen by every process, with the time at which the store took them`, async () => {
    await using store = await startStore()
    await using opened = await openNotes(store.url)
    const { notes, others, queue } = opened
    expect(await others.read()).toMatchObject({ notes: [], tallies: {} })
    const writtenAt = await notes.write('a', { jobs: [{ id: 'x' }], text: 'Grüße " \n 日本' })
    expect(await others.read()).toMatchObject({
      notes: [{ name: 'a', value: { jobs: [{ id: 'x' }], text: 'Grüße " \n 日本' }, writtenAt }],
    })
    const later = await others.write('a', { replaced: true })
    const read = await notes.read()
    expect(read.notes).toEqual([{ name: 'a', value: { replaced: true }, writtenAt: later }])
    expect(later).toBeGreaterThanOrEqual(writtenAt)
    expect(read.now).toBeGreaterThanOrEqual(later)
    await notes.write('b', {})
    await others.remove('a')
    expect(values(await notes.read())).toEqual({ b: {} })
    await notes.tally('canaries')
    await others.tally('canaries')
    expect((await notes.read()).tallies).toEqual({ canaries: 2 })
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, failed: 0 })
  })

  test(`on ${storeName}, notes of another queue, or another prefix, are others`, async () => {
    await using store = await startStore()
    await using opened = await openNotes(store.url)
    await using elsewhere = await openNotes(store.url, '{other}')
    await opened.notes.write('a', { here: true })
    await opened.notes.tally('n')
    expect(await elsewhere.notes.read()).toMatchObject({ notes: [], tallies: {} })
  })

  test(`on ${storeName}, a note is forgotten after an hour, also one of a future that was set back`, async () => {
    await using store = await startStore()
    await using opened = await openNotes(store.url)
    for (const name of ['old', 'nearly', 'future', 'new']) await opened.notes.write(name, {})
    await age[storeName]?.(store.url, 'old', HOUR_MS + 1000)
    await age[storeName]?.(store.url, 'nearly', HOUR_MS - 60_000)
    await age[storeName]?.(store.url, 'future', -HOUR_MS - 60_000)
    expect(Object.keys(values(await opened.notes.read()))).toEqual(expect.arrayContaining(['nearly', 'new']))
    await opened.notes.write('new', {})
    const { notes, now } = await opened.notes.read()
    expect(notes.map(({ name }) => name).toSorted()).toEqual(['nearly', 'new'])
    expect(now - (notes.find(({ name }) => name === 'nearly')?.writtenAt ?? 0)).toBeGreaterThan(HOUR_MS - 61_000)
  })

  test(`on ${storeName}, a thousand notes are kept, the newest`, async () => {
    await using store = await startStore()
    await using opened = await openNotes(store.url)
    await opened.notes.write('first', {})
    await age[storeName]?.(store.url, 'first', 1000)
    for (let at = 0; at < 1000; at++) await opened.notes.write(`n${at}`, { at })
    const names = (await opened.notes.read()).notes.map(({ name }) => name)
    expect(names).toHaveLength(1000)
    expect(names).not.toContain('first')
  })
}

test('PostgreSQL has no notes', () => {
  const store = openStore('postgres://127.0.0.1:1/none', 'bull', createLog('silent'))
  const queue = store.openQueue('work')
  expect(store.openNotes(queue)).toBeNull()
})

test('a queue file forgets running numbers with the queue that is obliterated', async () => {
  await using store = await stores['SQLite']?.()
  await using opened = await openNotes(store?.url ?? '')
  await opened.notes.tally('n')
  await opened.queue.add('a', {})
  await opened.queue.obliterate()
  expect((await opened.notes.read()).tallies).toEqual({})
})

test('a note makes no queue in a queue file', async () => {
  await using folder = await temporaryFolder()
  const path = `${folder.path}/queue.sqlite`
  const store = openStore(`sqlite:${path}`, 'bull', createLog('silent'))
  const reader = store.openReader('work')
  await store.openNotes(reader)?.write('a', {})
  await store.openNotes(reader)?.tally('n')
  await reader.close()
  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT name FROM queue').all()).toEqual([])
  expect(db.prepare('SELECT name FROM note').all()).toEqual([{ name: 'a' }])
  db.close()
})

test('in a Redis Cluster notes lie where their queue lies', async () => {
  await using folder = await temporaryFolder()
  await using redis = await startRedis(['--cluster-enabled', 'yes', '--dir', folder.path])
  await withRedis(redis.url, async (redis) => {
    await redis.cluster('ADDSLOTSRANGE', 0, 16_383)
    await eventually(async () => expect(await redis.cluster('INFO')).toContain('cluster_state:ok'))
  })
  await using opened = await openNotes(redis.url)
  await opened.notes.write('a', { here: true })
  await opened.notes.tally('n')
  expect(await opened.notes.read()).toMatchObject({ notes: [{ name: 'a', value: { here: true } }], tallies: { n: 1 } })
})

test('a user of Redis who may do what BullMQ does may use notes', async () => {
  await using redis = await startRedis()
  await withRedis(redis.url, (redis) =>
    redis.acl('SETUSER', 'app', 'on', '>secret', '~{bull}:*', '&*', '+@all', '-@dangerous', '+info', '+client|list'),
  )
  await using opened = await openNotes(redis.url.replace('redis://', 'redis://app:secret@'))
  await opened.notes.write('a', {})
  expect(values(await opened.notes.read())).toEqual({ a: {} })
})

test('a Redis that refuses writes is told, and notes can still be read', async () => {
  await using redis = await startRedis()
  await using opened = await openNotes(redis.url)
  await opened.notes.write('a', {})
  await opened.notes.write('old', {})
  await age['Redis']?.(redis.url, 'old', HOUR_MS * 2)
  await withRedis(redis.url, (redis) => redis.replicaof('127.0.0.1', 1))
  await expect(opened.notes.write('b', {})).rejects.toThrow('READONLY')
  expect(values(await opened.notes.read())).toEqual({ a: {} })
  await withRedis(redis.url, async (redis) => {
    await redis.call('REPLICAOF', 'NO', 'ONE')
    await redis.config('SET', 'maxmemory', '1')
  })
  await expect(opened.notes.write('b', {})).rejects.toThrow('OOM')
  expect(values(await opened.notes.read())).toEqual({ a: {} })
})
