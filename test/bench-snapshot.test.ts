import { expect, test } from 'vitest'
import {
  connectWorkers,
  filledRedis,
  openReading,
  startBoard,
  startServer,
  type Contender,
} from './bench/snapshot/contenders.ts'

const names = ['mail', 'images', 'reports', 'billing', 'search']
const JOBS = 100
const WORKERS = 40

test('what the bench compares tells the same, and a reading lists the clients once for all queues', async () => {
  await using redis = await filledRedis(names, JOBS)
  await using _workers = await connectWorkers(redis, names.slice(0, 4), WORKERS)
  await using reading = await openReading(redis, names)
  await using server = await startServer(redis, names)
  await using board = await startBoard(redis, names)
  const told = { jobs: names.length * JOBS, consumed: 4 }
  for (const contender of [reading, server, board]) expect(await contender.ask()).toEqual(told)

  const calls = async (contender: Contender, command: string) => {
    await redis.ask('config', 'resetstat')
    await contender.ask()
    const stats = String(await redis.ask('info', 'commandstats'))
    return Number(new RegExp(String.raw`^cmdstat_${command}:calls=(\d+)`, 'm').exec(stats)?.[1] ?? 0)
  }
  expect(await calls(reading, String.raw`client\|list`)).toBe(1)
  expect(await calls(reading, 'evalsha')).toBe(names.length)
  expect(await calls(board, String.raw`client\|list`)).toBe(names.length)
})
