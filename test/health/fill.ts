import { DatabaseSync } from 'node:sqlite'
import type { TestRedis } from '../support/redis.ts'

const AT_ONCE = 50_000

/** Puts jobs into a queue as BullMQ keeps them, one half waiting and the other completed, far faster than through BullMQ. */
export async function fillRedis(redis: TestRedis, queue: string, jobs: number): Promise<void> {
  for (let from = 1; from <= jobs; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE - 1, jobs)
    await redis.ask('eval', FILL, 0, `bull:${queue}:`, from, to, jobs / 2, Date.now())
  }
}

const FILL = `
local prefix, half, now = ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5])
for i = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  redis.call('HSET', prefix .. i, 'name', 'job', 'data', '{"at":' .. i .. '}', 'opts', '{"attempts":1}', 'timestamp', now)
  if i > half then redis.call('LPUSH', prefix .. 'wait', i)
  else redis.call('ZADD', prefix .. 'completed', now, i) end
end
redis.call('SET', prefix .. 'id', ARGV[3])`

/** The first key of a queue's numbered jobs is this times its number (job-key.ts). */
const FIRST_NUMBERED = 2 ** 36

/** The same in a queue file, of a queue that exists and is empty. */
export function fillSqlite(path: string, queue: string, jobs: number): void {
  const db = new DatabaseSync(path)
  db.exec('BEGIN IMMEDIATE')
  const number = Number(db.prepare('SELECT id FROM queue WHERE name = ?').get(`bull:${queue}`)?.['id'])
  const half = jobs / 2
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${jobs})
    INSERT INTO job (key, queue, id, state, place, name, opts, added_at, delay, priority, data)
    SELECT ${number * FIRST_NUMBERED} + i, ${number}, i, iif(i > ${half}, 5, 3), iif(i > ${half}, i, ${Date.now()}),
      'job', '{"attempts":1}', ${Date.now()}, 0, 0, '{"at":' || i || '}' FROM n`)
  db.exec(
    `UPDATE queue SET last_job = ${jobs}, back = ${jobs}, waiting = ${jobs - half}, completed = ${half} WHERE id = ${number}`,
  )
  db.exec('COMMIT')
  db.close()
}
