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
  local told = redis.call('HMGET', KEYS[2], 'chosen', 'done', 'gone', 'kept')
  local chosen, done, gone = tonumber(told[1]) or 0, tonumber(told[2]) or 0, tonumber(told[3]) or 0
  local kept = tonumber(told[4]) or 0
  return {chosen, done, gone, kept, chosen - done - gone - kept}
end`

/**
 * What making a list ends with: from then on it is one of a preview, and the oldest of these go when they are too many. Tells what
 * is on it in the same step, since others may take it away in the next.
 */
const previewed = `
local previews, list, operation = KEYS[3], KEYS[1], ARGV[1]
local keptMs, mostLists, mostDeaths = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local sample = tonumber(ARGV[5])
local function listed()
  local count = redis.call('ZCARD', list)
  if count == 0 then return {0, {}, {}} end
  redis.call('HSET', KEYS[2], 'chosen', count)
  redis.call('PEXPIRE', list, keptMs)
  redis.call('PEXPIRE', KEYS[2], keptMs)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', previews, '-inf', now - keptMs)
  redis.call('ZADD', previews, now, operation)
  redis.call('PEXPIRE', previews, keptMs)
  local deaths = 0
  for at, other in ipairs(redis.call('ZREVRANGE', previews, 0, -1)) do
    local otherList = string.sub(list, 1, #list - #operation) .. other
    deaths = deaths + (tonumber(redis.call('HGET', otherList .. ':tally', 'chosen')) or 0)
    if other ~= operation and (at > mostLists or deaths > mostDeaths) then
      redis.call('UNLINK', otherList, otherList .. ':tally')
      redis.call('ZREM', previews, other)
    end
  end
  local oldest = redis.call('ZRANGE', list, 0, sample - 1, 'WITHSCORES')
  return {count, oldest, redis.call('ZRANGE', list, -1, -1, 'WITHSCORES')}
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
  local from = told[2] + told[3] + told[4]
  local found = redis.call('ZRANGE', list, from, from + limit - 1, 'WITHSCORES')
  local ids, still = {}, {}
  for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
  taken = #ids
  if taken == 0 then
    redis.call('HSET', tallyKey, 'gone', told[1] - told[2] - told[4])
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
local function counted(done, kept)
  redis.call('HINCRBY', tallyKey, 'done', done)
  redis.call('HINCRBY', tallyKey, 'kept', kept)
  redis.call('HINCRBY', tallyKey, 'gone', taken - done - kept)
  redis.call('PEXPIRE', tallyKey, keptMs)
  local told = tally()
  if told[5] == 0 then redis.call('UNLINK', list) else redis.call('PEXPIRE', list, keptMs) end
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
  local special = call('HMGET', job, 'priority', 'parentKey')
  if special[2] or (special[1] and special[1] ~= '0') then
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
return counted(done + #plain, 0)`

/**
 * BullMQ removes no run of a scheduler that is the last one laid out, since the next one comes of it. There is none to come when
 * the run's own options say so, as BullMQ reads them before it lays out the next (bullmq 6.7, JobScheduler.upsertJobScheduler).
 */
const runs = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function isLastLaidOut(id)
  local scheduler = redis.call('HGET', base .. id, 'rjk')
  local last = scheduler and redis.call('ZSCORE', schedulers, scheduler)
  return last and id == 'repeat:' .. scheduler .. ':' .. last
end
local function hasNoNext(id)
  local read, opts = pcall(cjson.decode, redis.call('HGET', base .. id, 'opts') or '')
  local given = read and type(opts) == 'table' and opts['repeat']
  if type(given) ~= 'table' then return false end
  local count, limit, ends = tonumber(given.count) or 0, tonumber(given.limit), tonumber(given.endDate)
  return (limit and count >= limit) or (ends and now > ends)
end`

/**
 * What is over below one of a flow stays, and so does one with something below it that is not: in one step nobody could
 * remove a tree of any size. What it knows of its children may be much, so it is given to Redis to free in its own time.
 */
const discard = `${tally}${next}${runs}
local function remove(KEYS, ARGV)
${scriptOfBullmq('removeJob', 'removeJob-2')}
end
local done, kept = 0, 0
for _, id in ipairs(nextOfList()) do
  local job = base .. id
  local isLast = isLastLaidOut(id)
  if redis.call('EXISTS', job .. ':dependencies') == 1 or (isLast and not hasNoNext(id)) then
    kept = kept + 1
  elseif redis.call('EXISTS', job .. ':lock') == 0 then
    redis.call('UNLINK', job .. ':processed', job .. ':failed', job .. ':unsuccessful')
    -- Where no scheduler stands, it is nobody's.
    if remove({job, isLast and job .. ':none' or schedulers}, {id, '0', base}) == 1 then done = done + 1 end
  end
end
return counted(done, kept)`

/** Name, reason and the length of a reason that is cut, of one after the other until so many bytes are read. */
const beginnings = `
local base, length, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer, read = {}, 0
for at = 4, #ARGV do
  local told = redis.call('HMGET', base .. ARGV[at], 'name', 'failedReason')
  local name, reason = told[1], told[2] or ''
  local last = #answer
  answer[last + 1] = name and string.sub(name, 1, length)
  answer[last + 2] = string.sub(reason, 1, length)
  answer[last + 3] = #reason > length and #reason or -1
  read = read + #reason + (name and #name or 0)
  if read >= most then break end
end
return answer`

/** Delayed jobs stand on a list with their scores, as dead letters do. BullMQ's own script brings each in line. */
const promote = `${tally}${next}
local function promote(KEYS, ARGV)
${scriptOfBullmq('promote', 'promote-9')}
end
local about = redis.call('HMGET', meta, 'paused', 'version')
local major = about[2] and string.match(about[2], '^bullmq:(%d+)')
if redis.call('EXISTS', paused) == 1 or (about[1] and (not major or tonumber(major) < 6)) then return 'older pause' end
local done = 0
for _, id in ipairs(nextOfList()) do
  local keys = {failed, wait, paused, meta, prioritized, active, pc, events, marker}
  if redis.call('EXISTS', base .. id) == 1 and promote(keys, {base, id}) == 0 then done = done + 1 end
end
return counted(done, 0)`

/** Each is one step that nothing comes in between. */
export const deadLetterScripts = {
  queueOpsBeginnings: { numberOfKeys: 1, lua: beginnings },
  queueOpsTallyOf: {
    numberOfKeys: 2,
    lua: `${tally}
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
return tally()`,
  },
  queueOpsChooseAll: {
    numberOfKeys: 4,
    lua: `${previewed}
redis.call('ZRANGESTORE', list, KEYS[4], 0, ARGV[6] - 1)
return listed()`,
  },
  queueOpsChoose: {
    numberOfKeys: 1,
    lua: `
local list, before, makingMs = KEYS[1], tonumber(ARGV[1]), ARGV[2]
if redis.call('ZCARD', list) ~= before then return false end
redis.call('ZADD', list, unpack(ARGV, 3))
redis.call('PEXPIRE', list, makingMs)
return redis.call('ZCARD', list)`,
  },
  queueOpsFinish: {
    numberOfKeys: 3,
    lua: `${previewed}
if redis.call('ZCARD', list) ~= tonumber(ARGV[6]) then return false end
return listed()`,
  },
  queueOpsKeep: {
    numberOfKeys: 3,
    lua: `${tally}
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return tally()`,
  },
  queueOpsRetry: { numberOfKeys: 12, lua: retry },
  queueOpsDiscard: { numberOfKeys: 12, lua: discard },
  /** In the place of the dead letters it has the delayed jobs. */
  queueOpsPromote: { numberOfKeys: 12, lua: promote },
}
