import { createRequire } from 'node:module'

interface BullmqScript {
  content: string
}

const require = createRequire(import.meta.url)

/** One of BullMQ's own scripts, whose version is pinned (docs/decisions/0035). */
function scriptOfBullmq(name: string, file: string): string {
  const script = (require(`bullmq/dist/cjs/scripts/${file}.js`) as Record<string, BullmqScript | undefined>)[name]
  if (!script) throw new Error(`this version of BullMQ has no script ${name}`)
  return script.content
}

/** The first keys are always the operation's: its list, and how far it is on it. */
const tally = `
local function tally()
  local told = redis.call('HMGET', KEYS[2], 'chosen', 'done', 'gone')
  local chosen, done, gone = tonumber(told[1]) or 0, tonumber(told[2]) or 0, tonumber(told[3]) or 0
  return {chosen, done, gone, chosen - done - gone}
end
local function chosen(ms)
  redis.call('HSET', KEYS[2], 'chosen', redis.call('ZCARD', KEYS[1]), 'done', 0, 'gone', 0)
  redis.call('PEXPIRE', KEYS[1], ms)
  redis.call('PEXPIRE', KEYS[2], ms)
  return tally()
end`

/**
 * What handling begins and ends with: gives the next of the list that still are the dead letters they were when it was made,
 * and counts them all, which is what makes the following ones the next.
 */
const next = `
local list, tallyKey, failed, wait, prioritized, marker = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local meta, active, events, pc, paused, schedulers = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local base, limit, keptMs = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local taken, areOldest = 0, false
local function nextOfList()
  local told = tally()
  local from = told[2] + told[3]
  local found = redis.call('ZRANGE', list, from, from + limit - 1, 'WITHSCORES')
  local ids, still = {}, {}
  for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
  taken = #ids
  if taken == 0 then
    redis.call('HSET', tallyKey, 'gone', told[1] - told[2])
    return still
  end
  -- Nearly always, when all are handled: they are the oldest ones, and nobody has to search for each.
  local oldest = redis.call('ZRANGE', failed, 0, taken - 1, 'WITHSCORES')
  areOldest = true
  for i = 1, #found do
    if oldest[i] ~= found[i] then areOldest = false break end
  end
  if areOldest then return ids end
  local scores = redis.call('ZMSCORE', failed, unpack(ids))
  for i = 1, taken do
    if scores[i] == found[2 * i] then still[#still + 1] = ids[i] end
  end
  return still
end
local function counted(done)
  redis.call('HINCRBY', tallyKey, 'done', done)
  redis.call('HINCRBY', tallyKey, 'gone', taken - done)
  redis.call('PEXPIRE', tallyKey, keptMs)
  local told = tally()
  if told[4] == 0 then redis.call('UNLINK', list) else redis.call('PEXPIRE', list, keptMs) end
  return told
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
local call, maxEvents, plain, done = redis.call, about[4] or 10000, {}, 0
for _, id in ipairs(nextOfList()) do
  local job = base .. id
  local priority = call('HGET', job, 'priority')
  if call('HGET', job, 'parentKey') or (priority and priority ~= '0') then
    local keys = {job, events, failed, wait, meta, active, marker, prioritized, pc}
    if reprocess(keys, {id, 'LPUSH', 'failedReason', 'failed', '0', '0'}) == 1 then done = done + 1 end
  elseif call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason') > 0 then
    call('XADD', events, 'MAXLEN', '~', maxEvents, '*', 'event', 'waiting', 'jobId', id, 'prev', 'failed')
    plain[#plain + 1] = id
  end
end
if #plain > 0 then
  if areOldest and #plain == taken then
    call('ZREMRANGEBYRANK', failed, 0, taken - 1)
  else
    call('ZREM', failed, unpack(plain))
  end
  call('LPUSH', wait, unpack(plain))
  if not waits then call('ZADD', marker, 0, '0') end
end
return counted(done + #plain)`

/** One of a flow with an active job below it is left, as BullMQ leaves it. */
const discard = `${tally}${next}
local function remove(KEYS, ARGV)
${scriptOfBullmq('removeJob', 'removeJob-2')}
end
local done = 0
for _, id in ipairs(nextOfList()) do
  if remove({base .. id, schedulers}, {id, '1', base}) == 1 then done = done + 1 end
end
return counted(done)`

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
