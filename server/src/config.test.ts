import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { ConfigError } from './errors.ts'

const url = { QUEUE_URL: 'redis://127.0.0.1:6379' }

function mistakesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

test('nothing has to be set', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: null,
    dataDir: resolve('data'),
    queueUrl: `sqlite:${resolve('data/queue.sqlite')}`,
    queuePrefix: 'bull',
    exportQueue: 'exports',
    exportTimeoutMs: 3_600_000,
    exportFiles: `file:${resolve('data/exports')}`,
    exportMaxAgeHours: 168,
    exportMaxTotalMb: 0,
    exportMinFreeMb: 200,
    deadLetterWebhook: null,
    readOnly: false,
    role: 'all',
    workerConcurrency: 3,
    exportAttempts: 3,
    exportBackoffMs: 5000,
    datasetsFile: null,
    variables: expect.any(Function),
    canaryIntervalMs: 30_000,
    dlqLimit: 50,
    waitingLimit: 1000,
    queues: [],
    discoverQueues: false,
    healthFile: null,
    probeResultsFile: resolve('data/probe-results.jsonl'),
    shutdownGraceMs: 8000,
    logLevel: 'info',
  })
})

test('every mistake is told at once, without the values, which may be secret', () => {
  const mistakes = mistakesOf({
    HOST: '0.0.0.0',
    PORT: '70000',
    QUEUE_URL: 'mysql://user:hunter2@db',
    ROLE: 'boss',
    WORKER_CONCURRENCY: '2.5',
    EXPORT_QUEUE: 'a:b',
    PUBLIC_URL: 'queue.example',
    LOG_LEVEL: 'loud',
  })
  expect(mistakes.map((mistake) => mistake.split(' ')[0]).toSorted()).toEqual([
    'EXPORT_QUEUE',
    'HOST',
    'LOG_LEVEL',
    'PORT',
    'PUBLIC_URL',
    'QUEUE_URL',
    'ROLE',
    'WORKER_CONCURRENCY',
  ])
  expect(mistakes).toContain('PORT must be a whole number from 0 to 65535.')
  expect(mistakes.join()).not.toContain('hunter2')
})

test('an address that others can reach is refused as long as there is no authentication', () => {
  for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'queue.example', '127.evil.example']) {
    expect(mistakesOf({ ...url, HOST })).toEqual([expect.stringContaining('HOST must be a loopback address')])
  }
  for (const HOST of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) expect(mistakesOf({ ...url, HOST })).toEqual([])
})

test('a store is a file, Redis or PostgreSQL', () => {
  expect(readConfig({ QUEUE_URL: 'sqlite:some/queue.db' }).queueUrl).toBe(`sqlite:${resolve('some/queue.db')}`)
  for (const QUEUE_URL of ['rediss://cache:6380', 'postgres://db/queue', 'postgresql://db/queue']) {
    expect(readConfig({ QUEUE_URL }).queueUrl).toBe(QUEUE_URL)
  }
  for (const QUEUE_URL of ['sqlite:', 'queue.sqlite', 'http://cache', 'mongodb://db']) {
    expect(mistakesOf({ QUEUE_URL })).toEqual([expect.stringContaining('QUEUE_URL must be sqlite:')])
  }
})

test('exported files go to a folder or to an object storage', () => {
  for (const EXPORT_FILES of ['file:./elsewhere', `file:${resolve('elsewhere')}`, `file://${resolve('elsewhere')}`]) {
    expect(readConfig({ EXPORT_FILES }).exportFiles).toBe(`file:${resolve('elsewhere')}`)
  }
  expect(readConfig({ EXPORT_FILES: 's3://bucket/a?region=x' }).exportFiles).toBe('s3://bucket/a?region=x')
  for (const EXPORT_FILES of ['file:', './exports', 'gs://bucket', 's3:bucket']) {
    expect(mistakesOf({ EXPORT_FILES })).toEqual([expect.stringContaining('EXPORT_FILES must be file:')])
  }
})

test('canaries are sent at most once a second and at least twice an hour, or not at all', () => {
  for (const ms of [0, 1000, 1_800_000]) {
    expect(readConfig({ CANARY_INTERVAL_MS: String(ms) }).canaryIntervalMs).toBe(ms)
  }
  for (const CANARY_INTERVAL_MS of ['1', '999', '1800001', '-1', 'often']) {
    expect(mistakesOf({ CANARY_INTERVAL_MS })).toEqual([expect.stringContaining('CANARY_INTERVAL_MS must be')])
  }
})

test('REDIS_URL is taken when QUEUE_URL is missing or empty', () => {
  expect(readConfig({ QUEUE_URL: ' ', REDIS_URL: 'rediss://cache:6380' }).queueUrl).toBe('rediss://cache:6380')
  expect(readConfig({ ...url, REDIS_URL: 'redis://other' }).queueUrl).toBe(url.QUEUE_URL)
})

test('a public address is kept without its last slash', () => {
  expect(readConfig({ ...url, PUBLIC_URL: 'https://queue.example/' }).publicUrl).toBe('https://queue.example')
})

test('further queues are a list; one that is named twice or is the queue of the exports is a mistake', () => {
  expect(readConfig({ QUEUES: ' mail,video, ,' }).queues).toEqual(['mail', 'video'])
  expect(() => readConfig({ QUEUES: 'mail, video,mail' })).toThrow('QUEUES must name each queue once.')
  expect(() => readConfig({ QUEUES: 'mail,exports' })).toThrow('QUEUES must not name "exports"')
  expect(() => readConfig({ QUEUES: 'mail,orders', EXPORT_QUEUE: 'orders' })).toThrow('QUEUES must not name "orders"')
  expect(readConfig({ QUEUES: 'exports', EXPORT_QUEUE: 'orders' }).queues).toEqual(['exports'])
  expect(() => readConfig({ QUEUES: 'mail,a:b' })).toThrow('QUEUES must not contain ":".')
})

test('a star among the queues means all under the prefix, and is no name', () => {
  expect(readConfig({ QUEUES: 'mail, *' })).toMatchObject({ queues: ['mail'], discoverQueues: true })
  expect(() => readConfig({ QUEUES: 'mail*' })).toThrow('QUEUES must be names of queues, or * for every queue')
  expect(readConfig({ READ_ONLY: '1' })).toMatchObject({ readOnly: true })
  expect(() => readConfig({ READ_ONLY: 'yes' })).toThrow('READ_ONLY must be 0 or 1')
})
