/**
 * Reads one queue as it is at one moment: nothing can come between two of its counts. What is refused for a key of the counts is
 * told in the first place, whatever else is refused is left out. It costs the same for ten jobs as for a million, except for
 * the options of at most 12 jobs. Needs nothing newer than Redis 5.
 *
 * KEYS: `meta` of the queue. ARGV: the id of the job that is no work; how many entries next in line are looked at; of those
 * with a priority how many of the first and of the last.
 */
export const READ_QUEUE = `
local base, without, refused = string.sub(KEYS[1], 1, -5), ARGV[1], ''
local function get(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then return false, answer.err end
  return answer
end
local function must(...)
  local answer, err = get(...)
  if err then refused = err end
  return answer or 0
end
local function list(...) return get(...) or {} end

local nextUp = must('LRANGE', base .. 'wait', -tonumber(ARGV[2]), -1)
if nextUp == 0 then nextUp = {} end
local marker = (nextUp[#nextUp] and string.sub(nextUp[#nextUp], 1, 2) == '0:') and 1 or 0
local answer = {
  false,
  get('HGET', base .. 'meta', 'paused'),
  must('LLEN', base .. 'wait') + must('LLEN', base .. 'paused') - marker,
  must('LLEN', base .. 'active'),
  must('ZCARD', base .. 'delayed'),
  must('ZCARD', base .. 'prioritized'),
  must('ZCARD', base .. 'waiting-children'),
  must('ZCARD', base .. 'completed'),
  must('ZCARD', base .. 'failed'),
}
local left = list('HMGET', base .. without, 'timestamp', 'processedOn', 'finishedOn', 'failedReason')
local isNext, first = false, false
for _, id in ipairs(nextUp) do
  if id == without then isNext = true elseif string.sub(id, 1, 2) ~= '0:' then first = id end
end
local line, seen = {}, {}
local function look(id)
  if not id or id == without or seen[id] or string.sub(id, 1, 2) == '0:' then return end
  seen[id] = true
  line[#line + 1] = { id, list('HMGET', base .. id, 'timestamp', 'opts', 'processedOn', 'atm', 'ats', 'stc') }
end
look(first)
look(get('LINDEX', base .. 'wait', 0))
if answer[6] > 0 then
  for _, id in ipairs(list('ZRANGE', base .. 'prioritized', 0, tonumber(ARGV[3]) - 1)) do look(id) end
  for _, id in ipairs(list('ZRANGE', base .. 'prioritized', -tonumber(ARGV[4]), -1)) do look(id) end
end
answer[1] = refused
answer[10] = left
answer[11] = isNext and 1 or 0
answer[12] = line
answer[13] = list('ZRANGE', base .. 'failed', -1, -1, 'WITHSCORES')
answer[14] = list('ZRANGE', base .. 'completed', -1, -1, 'WITHSCORES')
answer[15] = list('LRANGE', base .. 'active', 0, 0)
for at, kind in ipairs({ 'completed', 'failed' }) do
  answer[14 + 2 * at] = list('HMGET', base .. 'metrics:' .. kind, 'count', 'prevTS', 'prevCount')
  answer[15 + 2 * at] = list('LRANGE', base .. 'metrics:' .. kind .. ':data', 0, 4)
end
return answer`
