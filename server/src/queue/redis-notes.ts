import type { Queue } from 'bullmq'
import { MAX_NOTES, NOTES_KEPT_MS, parseNote, type Notes } from './notes.ts'

/**
 * Keeps a queue's notes in a hash of its own beside BullMQ's keys, and its running numbers in another. Both begin with the
 * prefix and the name of the queue, so that in a Cluster they lie where the queue does and a user who may use BullMQ's keys
 * may use them; the part behind is no id that BullMQ lets a job have.
 *
 * @param queue on Redis
 */
export function redisNotes(queue: Queue): Notes {
  const notesKey = queue.toKey('queue-ops:notes')
  const talliesKey = queue.toKey('queue-ops:tallies')
  let known: unknown
  const run = async (command: keyof typeof scripts, args: (string | number)[]): Promise<unknown> => {
    const client = await queue.getBackend().client
    if (client !== known) for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script)
    known = client
    return client.runCommand(command, args)
  }
  return {
    async write(name, value) {
      const text = JSON.stringify(value)
      return Number(await run('queueOpsWriteNote', [notesKey, name, text, NOTES_KEPT_MS, MAX_NOTES]))
    },
    async remove(name) {
      await run('queueOpsRemoveNote', [notesKey, name])
    },
    async tally(name) {
      await run('queueOpsTally', [talliesKey, name])
    },
    async read() {
      const answer = await run('queueOpsReadNotes', [notesKey, talliesKey, NOTES_KEPT_MS])
      const [now, notes, tallies] = answer as [number, string[], string[]]
      return {
        now,
        notes: pairs(notes).flatMap(([name, text]) => {
          const space = text.indexOf(' ')
          return parseNote(name, Number(text.slice(0, space)), text.slice(space + 1))
        }),
        tallies: Object.fromEntries(pairs(tallies).map(([name, count]) => [name, Number(count)])),
      }
    },
  }
}

/** How Redis gives a hash: names and values in turn. */
const pairs = (flat: string[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? '', flat[2 * at + 1] ?? ''])

const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** A value begins with the time at which it was written, and a space. */
const writtenAt = `tonumber(string.match(found[i + 1], '^%d+') or 0)`

/**
 * The time is asked for where it is written down, so that the way to the store does not count. Forgetting is tried only: a
 * replica is read as well. By the distance, because a clock that was set back leaves notes of the future behind.
 */
const scripts = {
  queueOpsWriteNote: {
    numberOfKeys: 1,
    lua: `${now}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then
  local found = redis.call('HGETALL', KEYS[1])
  local oldest, oldestAt
  for i = 1, #found, 2 do
    local at = ${writtenAt}
    if not oldest or at < oldestAt then oldest, oldestAt = found[i], at end
  end
  redis.call('HDEL', KEYS[1], oldest)
end
return now`,
  },
  queueOpsRemoveNote: { numberOfKeys: 1, lua: `return redis.call('HDEL', KEYS[1], ARGV[1])` },
  queueOpsTally: { numberOfKeys: 1, lua: `return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)` },
  queueOpsReadNotes: {
    numberOfKeys: 2,
    lua: `${now}
local found = redis.call('HGETALL', KEYS[1])
local kept = {}
for i = 1, #found, 2 do
  if math.abs(now - ${writtenAt}) > tonumber(ARGV[1]) then
    redis.pcall('HDEL', KEYS[1], found[i])
  else
    kept[#kept + 1] = found[i]
    kept[#kept + 1] = found[i + 1]
  end
end
return {now, kept, redis.call('HGETALL', KEYS[2])}`,
  },
}
