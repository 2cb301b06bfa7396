import { askOne, refusalOf, type Command, type RedisClient } from './redis-commands.ts'

/** So many of the newest events are looked through. */
const NEWEST_EVENTS = 200

/**
 * Looks for events from the newest on. It runs inside Redis because entries carry what jobs have returned, which may be
 * megabytes, and takes them in small batches for the same reason. Needs nothing newer than Redis 5.
 *
 * KEYS: the stream. ARGV: how many entries, whether the last `paused` is wanted, then ids of jobs. Answer: the id of the last
 * `paused`, the id of the last entry that was looked at, then for each job the id of its last `waiting`. An empty text stands
 * for none.
 */
const FIND = `
local left, from, paused, last = tonumber(ARGV[1]), '+', '', ''
local wanted, open, wantsPaused = {}, #ARGV - 2, ARGV[2] == '1'
for i = 3, #ARGV do wanted[ARGV[i]] = '' end
while left > 0 do
  local entries = redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', math.min(left, 20) + 1)
  local seen = 0
  for _, entry in ipairs(entries) do
    local id, fields = entry[1], entry[2]
    if id ~= from then
      seen, last = seen + 1, id
      if fields[2] == 'paused' and paused == '' then paused = id end
      if fields[2] == 'waiting' and wanted[fields[4]] == '' then wanted[fields[4]] = id; open = open - 1 end
    end
  end
  if seen == 0 or (open == 0 and not (wantsPaused and paused == '')) then break end
  left, from = left - seen, last
end
local answer = { paused, last }
for i = 3, #ARGV do answer[#answer + 1] = wanted[ARGV[i]] end
return answer`

/** Times by Redis' own clock, milliseconds since 1970. */
export interface FoundEvents {
  pausedAt: number | null
  /** Of the oldest event that was looked at. */
  lookedBackTo: number | null
  /** Per job: when it was put in line last. */
  waitingSince: ReadonlyMap<string, number>
}

const nothing: FoundEvents = { pausedAt: null, lookedBackTo: null, waitingSince: new Map() }

/**
 * When the queue was paused, if that is wanted, and when these jobs were put in line: as far as the newest events tell, nothing
 * when the host forbids scripts. Asks nothing when nothing is wanted.
 */
export async function findEvents(
  client: RedisClient,
  stream: string,
  wanted: { paused: boolean; jobIds: string[] },
): Promise<FoundEvents> {
  const { paused: wantsPaused, jobIds } = wanted
  if (!wantsPaused && jobIds.length === 0) return nothing
  try {
    const command: Command = ['eval', FIND, 1, stream, NEWEST_EVENTS, wantsPaused ? 1 : 0, ...jobIds]
    const answer = await askOne(client, command)
    const [paused = '', last = '', ...waiting] = answer as string[]
    const times = jobIds.map((id, at) => [id, timeIn(waiting[at] ?? '')] as const)
    return {
      pausedAt: timeIn(paused),
      lookedBackTo: timeIn(last),
      waitingSince: new Map(times.flatMap(([id, time]) => (time === null ? [] : [[id, time]]))),
    }
  } catch (error) {
    if (refusalOf(error) === null) throw error
    return nothing
  }
}

/** An id in a stream begins with the time at which Redis gave it. */
const timeIn = (id: string): number | null => (id === '' ? null : Number(id.split('-')[0]))
