import type { KnownFaults } from './stores.ts'

const NOT_ACTIVE = 'says -3, not active, where nobody holds the lock (-2)'
const EXPIRED_LOCKS = 'a lock that is over can still be used and extended'
const STILL_IGNORED = 'the parent ignores it for ever'
const BEHIND = 'puts it behind the others'
const WAITS_ON = 'the parent waits for ever'

/** What BullMQ 6.7.0 does otherwise on PostgreSQL than on Redis. */
export const postgresFaults: KnownFaults = {
  adding: {
    'null as data comes back as null': 'reads as {}',
    'the character NUL in data survives': 'jsonb refuses it',
    'the keys of data keep their order': 'jsonb sorts them',
  },
  order: {
    'a job that a worker gives back waits in front': BEHIND,
  },
  delays: {
    'delayed jobs come in the order of their times': 'those that are due when added come in the order of adding',
    'a job that is not there cannot be promoted': 'says -1, missing, instead of -3',
    'a changed delay counts from now and is told with its time': 'the event has the time from the time of adding',
    'a job in the hands of nobody cannot be put off': NOT_ACTIVE,
  },
  taking: {
    'the lock ends after its time': EXPIRED_LOCKS,
    'a lock that is over cannot be extended': EXPIRED_LOCKS,
    'a job that nobody took cannot end': NOT_ACTIVE,
    'a job cannot end twice': NOT_ACTIVE,
    'a job that nobody took cannot be tried again': NOT_ACTIVE,
    'a job is given back only by who holds it': 'anybody can',
    'a job that nobody took cannot be given back': 'answers as if it was',
  },
  completing: {
    'the keys of a result keep their order': 'jsonb sorts them',
  },
  stalled: {
    'a stalled job is told': 'it is not told as waiting',
    'a stalled job waits in front of the others': BEHIND,
    'a job whose lock is extended between two looks is not stalled': 'extending does not take the mark away',
    'many locks extended between two looks keep their jobs from being stalled': 'extending does not take the mark away',
  },
  'rate limits': {
    'a job that ran into a limit is the first one after it': BEHIND,
  },
  'global concurrency': {
    'a worker of a full queue waits and does not ask again and again': 'it asks hundreds of times a second',
  },
  pausing: {
    'jobs that wait in a paused queue are counted as waiting': 'none is',
  },
  deduplication: {
    'keeping the last is told as a deduplication and later as an added job': 'it is not told as added',
  },
  logs: {
    'lines written at the same time are all kept': 'most are refused, bullmq#4682',
    'a log can be written through the queue, which says how many lines stay': 'lines that have gone are counted',
  },
  metrics: {
    'it is told when the minute that is counted began': 'it is 0',
  },
  clients: {
    'a queue whose name has spaces and signs lists its workers': 'names are cut at the first space',
  },
  events: {
    'a queue keeps about as many events as it is told to': 'it keeps all',
    'an application can say how many events stay': 'it keeps all',
    'old events can be dropped': 'not implemented',
    'where there are few events none are dropped': 'not implemented',
    'the ids of events are not given anew when old ones are dropped': 'not implemented',
    'a removed job is told with the state it was in': 'it is not told',
  },
  getters: {
    'jobs with priority are listed from the next to the last': 'the direction is ignored',
    'a part of the prioritized jobs can be listed from either end': 'the direction is ignored',
    'a part of the waiting jobs can be listed from either end': 'it is counted from the wrong end',
    'a part of the active jobs can be listed from either end': 'it is counted from the wrong end',
    'pages together are the whole': 'they are counted from the wrong end',
    'the ids alone can be listed': 'they are counted from the wrong end',
    'jobs are found when there are thousands': 'they are counted from the wrong end',
    'the last jobs can be listed by counting from the end': 'it begins with the first',
  },
  removal: {
    'removing a job that is not there does no harm': 'says 0, as of a job that is locked',
    'cleaning removes active jobs only if nobody holds them': 'takes no notice of locks',
    'a queue of today has no priority key of BullMQ 4': 'not implemented',
  },
  bulk: {
    'retrying is told for every job': 'it is not told',
    'retrying keeps the count of attempts': 'sets it back to 0',
    'promoted jobs come in the order of their times': 'they come in the order of adding',
    'promoting is told for every job': 'it is not told',
  },
  schedulers: {
    'the next job of a scheduler cannot be removed by itself': 'the message names another command',
    'a former job of a scheduler can be removed': 'it is refused as the next one is',
    'the jobs of a scheduler are told as any other': 'neither "added" nor "waiting" nor "delayed" is told',
    'an interval steps over times whose jobs are there already': 'it steps over one only',
  },
  counts: {
    'removing the unprocessed children of nested flows lets the parent go on': WAITS_ON,
    'removing the unprocessed children in another queue lets the parent go on': WAITS_ON,
    'draining takes the parents of what it drains': WAITS_ON,
    'cleaning what waits takes its parents': WAITS_ON,
  },
  flows: {
    'a parent whose children are done waits in front of the others': BEHIND,
    'an active job can go to wait for children that it added': 'the "waiting-children" is not told',
    'an active job can go to wait for one certain child': 'it waits for all',
    'a removed parent takes its children with it': 'the answer is the number of removed jobs instead of 1',
    'a child that is done cannot leave its parent': 'it can',
    'the children that are not done can be removed at once': 'the parent still waits for them',
    'a parent without the children that were not done can be taken': WAITS_ON,
    'obliterating the queue of the children lets the parent go on': WAITS_ON,
  },
  values: {
    'a delay with a fraction is read as whole milliseconds': 'it is refused',
    'options that are no numbers are refused': 'they are taken',
    'lines of a log are texts': 'objects are written as JSON',
    'an object as a name is refused': 'it is taken',
    'a priority below zero goes before the others': 'it counts as none',
    'a priority can be changed to a fraction and to a large number': 'a large one is refused',
    'a job without a parent has none to leave': 'the answer is false',
    'a list from nowhere is empty': 'it is refused',
    'a job that is refused because of its parent takes a number all the same': 'it takes none',
    'a flow whose ids have colons is read whole': 'its children are missing',
  },
  'child failures': {
    'failParentOnFailure lets a delayed parent fail at once': 'it fails when its delay is over',
    'a parent that goes on early can remove its open children and complete': 'it cannot complete',
    'an ignored child is open again when it is tried again': STILL_IGNORED,
    'a child that let its parent go on early is open again when it is tried again': STILL_IGNORED,
    'ignored children are open again when all failed jobs are retried': STILL_IGNORED,
    'a removed parent takes its failed and ignored children with it':
      'the answer is the number of removed jobs instead of 1',
  },
}

const LOST_EVENT = 'an event between the reading and the listening is heard only when the blocking time is over'
const COLLISION = 'of several at the same time some may be refused with -10'
const ENDED = "may emit 'error' with the end of its own connection"

/** Where chance decides. */
export const postgresRaces: KnownFaults = {
  events: {
    'an event reaches its listener at once': LOST_EVENT,
  },
  schedulers: {
    'a scheduler made by many at the same time is one': COLLISION,
  },
  connections: {
    'everything can be closed at once': ENDED,
    'a waiting taker is closed at once and gets nothing': ENDED,
  },
}
