import type { Queue } from 'bullmq'
import type { ReadDeadLetter } from './facts-reader.ts'
import { ask, askOne, clientOf, type Command } from './redis-commands.ts'

/** Reads the newest by plain commands, which any user may give who may read. */
export async function readLatestDeadLetters(queue: Queue, limit: number): Promise<ReadDeadLetter[]> {
  const client = await clientOf(queue)
  const ids = (await askOne(client, ['zrevrange', queue.toKey('failed'), 0, limit - 1])) as string[]
  if (ids.length === 0) return []
  const read = ids.map((id): Command => ['hmget', queue.toKey(id), 'name', 'failedReason', 'atm', 'finishedOn'])
  const answers = (await ask(client, read)) as (string | null)[][]
  return ids.flatMap((id, at) => {
    const [name, reason, attempts, finishedOn] = answers[at] ?? []
    // One that was removed between the two reads.
    if (name === null || name === undefined) return []
    const failedAt = finishedOn ? Number(finishedOn) : null
    return [{ id, name, reason: reason ?? '', attempts: Number(attempts ?? 0), failedAt }]
  })
}
