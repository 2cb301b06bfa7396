import { createRequire } from 'node:module'

interface BullmqScript {
  content: string
}

const require = createRequire(import.meta.url)

/** One of BullMQ's own scripts, whose version is pinned (docs/decisions/0030). */
function scriptOfBullmq(name: string, file: string): string {
  const script = (require(`bullmq/dist/cjs/scripts/${file}.js`) as Record<string, BullmqScript | undefined>)[name]
  if (!script) throw new Error(`this version of BullMQ has no script ${name}`)
  return script.content
}

/** The first keys are always the operation's: what is left of its list, and how far it is. */
const tally = `
local function tally()
  local told = redis.call('HMGET', KEYS[2], 'chosen', 'done', 'gone')
  return {told[1], told[2], told[3], redis.call('ZCARD', KEYS[1])}
end
local function keep(ms)
  redis.call('PEXPIRE', KEYS[1], ms)
  redis.call('PEXPIRE', KEYS[2], ms)
end
local function chosen(ms)
  redis.call('HSET', KEYS[2], 'chosen', redis.call('ZCARD', KEYS[1]), 'done', 0, 'gone', 0)
  keep(ms)
  return tally()
end`

/**
 * What handling begins with: takes the next of the list, gives those that still are the dead letters they were when it was
 * made, and has them counted.
 */
const next = `
local list, tallyKey, failed, wait, prioritized, marker = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local meta, active, events, pc, paused, schedulers = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local base, limit, keptMs = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local function nextOfList()
  local found = redis.call('ZRANGE', list, 0, limit - 1, 'WITHSCORES')
  local ids, still = {}, {}
  for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
  if #ids == 0 then return still end
  local scores = redis.call('ZMSCORE', failed, unpack(ids))
  for i = 1, #ids do
    if scores[i] == found[2 * i] then still[#still + 1] = ids[i] end
  end
  redis.call('ZREMRANGEBYRANK', list, 0, #ids - 1)
  redis.call('HINCRBY', tallyKey, 'gone', #ids - #still)
  keep(keptMs)
  return still
end`

/**
 * Jobs without a parent and without a priority, nearly all, go back as BullMQ's retryJobs puts them back, many at a time; the
 * others one by one by the script behind its Job.retry. Before version 6, BullMQ keeps what waits in a paused queue elsewhere
 * and its resume puts that in the place of all that has come to wait meanwhile.
 */
const retry = `${tally}${next}
local function reprocess(KEYS, ARGV)
${scriptOfBullmq('reprocessJob', 'reprocessJob-9')}
end
local about = redis.call('HMGET', meta, 'paused', 'concurrency', 'version', 'opts.maxLenEvents')
local major = about[3] and string.match(about[3], '^bullmq:(%d+)')
if redis.call('EXISTS', paused) == 1 or (about[1] and (not major or tonumber(major) < 6)) then return 'older pause' end
local waits = about[1] or (about[2] and redis.call('LLEN', active) >= tonumber(about[2]))
local ids, plain, done = nextOfList(), {}, 0
for _, id in ipairs(ids) do
  local job = base .. id
  local of = redis.call('HMGET', job, 'timestamp', 'parentKey', 'priority')
  if not of[1] then
    redis.call('ZREM', failed, id)
    redis.call('HINCRBY', tallyKey, 'gone', 1)
  elseif of[2] or (tonumber(of[3]) or 0) > 0 then
    local keys = {job, events, failed, wait, meta, active, marker, prioritized, pc}
    reprocess(keys, {id, 'LPUSH', 'failedReason', 'failed', '0', '0'})
    done = done + 1
  else
    redis.call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason')
    redis.call('XADD', events, 'MAXLEN', '~', about[4] or 10000, '*', 'event', 'waiting', 'jobId', id, 'prev', 'failed')
    plain[#plain + 1] = id
  end
end
if #plain > 0 then
  redis.call('ZREM', failed, unpack(plain))
  redis.call('LPUSH', wait, unpack(plain))
  if not waits then redis.call('ZADD', marker, 0, '0') end
end
redis.call('HINCRBY', tallyKey, 'done', done + #plain)
return tally()`

/** One of a flow with an active job below it is left, as BullMQ leaves it. */
const discard = `${tally}${next}
local function remove(KEYS, ARGV)
${scriptOfBullmq('removeJob', 'removeJob-2')}
end
local done, left = 0, 0
for _, id in ipairs(nextOfList()) do
  if remove({base .. id, schedulers}, {id, '1', base}) == 1 then done = done + 1 else left = left + 1 end
end
redis.call('HINCRBY', tallyKey, 'done', done)
redis.call('HINCRBY', tallyKey, 'gone', left)
return tally()`

const unlessChosen = `if redis.call('EXISTS', KEYS[2]) == 1 then return tally() end`

/** Each is one step that nothing comes in between. */
export const deadLetterScripts = {
  queueOpsTallyOf: {
    numberOfKeys: 2,
    lua: `${tally}
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
return tally()`,
  },
  queueOpsChooseAll: {
    numberOfKeys: 3,
    lua: `${tally}
${unlessChosen}
redis.call('ZRANGESTORE', KEYS[1], KEYS[3], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
return chosen(ARGV[3])`,
  },
  queueOpsForget: {
    numberOfKeys: 2,
    lua: `if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('DEL', KEYS[1]) end`,
  },
  queueOpsChoose: {
    numberOfKeys: 2,
    lua: `if redis.call('EXISTS', KEYS[2]) == 1 then return end
redis.call('ZADD', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])`,
  },
  queueOpsChosen: { numberOfKeys: 2, lua: `${tally}\n${unlessChosen}\nreturn chosen(ARGV[1])` },
  queueOpsRetry: { numberOfKeys: 12, lua: retry },
  queueOpsDiscard: { numberOfKeys: 12, lua: discard },
}
