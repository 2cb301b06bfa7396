import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import type { FoundText, JobSearch } from './job-search.ts'
import { clientOf, type RedisClient } from './redis-commands.ts'

/** Redis answers nobody else while it looks into so many jobs, or so much text. */
const STEP_JOBS = 500
const STEP_BYTES = 2_000_000

/**
 * Looks for needles in the next jobs of a list or a set where they are, so that only what is found leaves the store. Bytes are
 * compared, and small letters of ASCII only.
 */
const search = `
local key, base, from, most, budget = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kind = redis.call('TYPE', key)['ok']
local ids = {}
if kind == 'list' then
  ids = redis.call('LRANGE', key, from, from + most - 1)
elseif kind == 'zset' then
  ids = redis.call('ZREVRANGE', key, from, from + most - 1)
end
local function place(text)
  local small = string.lower(text)
  for at = 5, #ARGV do
    local found = string.find(small, ARGV[at], 1, true)
    if found then return found end
  end
end
local answer, looked, read = {}, 0, 0
for _, id in ipairs(ids) do
  local told = redis.call('HMGET', base .. id, 'name', 'data', 'failedReason', 'finishedOn', 'timestamp')
  looked = looked + 1
  if told[5] then
    local name, data, reason = told[1] or '', told[2] or '', told[3] or ''
    local inReason = place(reason)
    local inData = not inReason and place(data)
    if inReason or inData or place(name) or place(id) then
      local text = (inReason or (not inData and reason ~= '')) and reason or data
      local start = math.max(1, (inReason or inData or 1) - 60)
      local last = #answer
      answer[last + 1], answer[last + 2], answer[last + 3] = id, string.sub(name, 1, 500), told[4] or told[5]
      answer[last + 4] = string.sub(text, start, start + 400)
    end
    read = read + #name + #data + #reason
    if read >= budget then break end
  end
end
return {looked, answer}`

const script = { queueOpsSearch: { numberOfKeys: 1, lua: search } }

/** Jobs of a queue that waits paused stand elsewhere when an older BullMQ has paused it. */
const keys: Record<JobState, string[]> = {
  waiting: ['wait', 'paused'],
  active: ['active'],
  delayed: ['delayed'],
  prioritized: ['prioritized'],
  'waiting-children': ['waiting-children'],
  completed: ['completed'],
  failed: ['failed'],
}

/** Looks into jobs on Redis. */
export const redisSearch = (queue: Queue): JobSearch => ({
  places: (state) => keys[state],
  async step(place, from, needles) {
    const client = withScript(await clientOf(queue))
    const start = Number(from ?? 0)
    const args = [queue.toKey(place), queue.toKey(''), start, STEP_JOBS, STEP_BYTES, ...needles]
    const [looked, flat] = (await client.runCommand('queueOpsSearch', args)) as [number, string[]]
    return { looked, next: looked === 0 ? null : String(start + looked), found: foundIn(flat) }
  },
})

/** Id, name, time and text of one after the other. Texts may be cut within a character. */
function foundIn(flat: readonly string[]): FoundText[] {
  return Array.from({ length: flat.length / 4 }, (_, at) => {
    const [jobId = '', name = '', time = '', text = ''] = flat.slice(4 * at, 4 * at + 4)
    return { jobId, name, at: Number(time), text: text.replaceAll(/^\uFFFD+|\uFFFD+$/g, '') }
  })
}

const known = new WeakSet<RedisClient>()

function withScript(client: RedisClient): RedisClient {
  if (!known.has(client)) {
    for (const [name, definition] of Object.entries(script)) client.defineCommand(name, definition)
    known.add(client)
  }
  return client
}
