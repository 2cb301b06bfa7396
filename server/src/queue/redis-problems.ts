import { refusalOf } from './redis-commands.ts'

/** Redis' own words for why it does not do something, in ours: without hosts, users and passwords. */
const problems: Record<string, string> = {
  OOM: 'Redis has reached its memory limit and takes no more jobs: raise its maxmemory or remove data from it',
  READONLY: 'this Redis is a read-only replica: let QUEUE_URL name its master',
  MISCONF: 'Redis takes no writes because it could not save its data to disk: see its log and the room on that disk',
  NOPERM: 'the user of QUEUE_URL may not write in Redis: give it the rights that BullMQ needs',
  LOADING: 'Redis is still loading its data after a start: wait until it is done',
  MASTERDOWN: 'this Redis is a replica that has lost its master: let QUEUE_URL name a master',
  CLUSTERDOWN: 'the Redis cluster is down: bring its missing servers back',
  NOREPLICAS: 'Redis takes no writes because too few replicas are connected: see its min-replicas-to-write',
  BUSY: 'a script keeps Redis busy: end it by SCRIPT KILL',
  WRONGPASS: 'Redis refuses the user or the password of QUEUE_URL: correct them',
  NOAUTH: 'Redis asks for a password and QUEUE_URL has none: put it there',
}

/** The sentence for what Redis has answered; null when there is none or it was something else than Redis that failed. */
export const redisProblem = (error: unknown): string | null => problems[refusalOf(error) ?? ''] ?? null
