import { Redis } from 'ioredis'

/** A dead letter as BullMQ leaves it, with text that no well-behaved program writes. */
export interface Buried {
  id: string
  name: string
  reason: string
}

/** So many are written in one go. */
const AT_ONCE = 50

/** Puts dead letters into a queue on Redis, which is made when there is none: workers would need minutes for them. */
export async function bury(url: string, queue: string, jobs: Iterable<Buried>): Promise<void> {
  const redis = new Redis(url)
  const key = (name: string) => `bull:${queue}:${name}`
  await redis.hset(key('meta'), { version: 'bullmq:6.7.0' })
  let [pipeline, line, at] = [redis.pipeline(), 0, Date.now() - 3_600_000]
  for (const { id, name, reason } of jobs) {
    at += 1
    const times = { timestamp: at, finishedOn: at }
    pipeline.hset(key(id), { name, data: '{}', opts: '{}', failedReason: reason, atm: 1, ...times })
    pipeline.zadd(key('failed'), at, id)
    line += 1
    if (line % AT_ONCE > 0) continue
    await pipeline.exec()
    pipeline = redis.pipeline()
  }
  await pipeline.exec()
  await redis.quit()
}
