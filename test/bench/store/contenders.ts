import type { Contender } from './contender.ts'
import { bullmqOnPostgres } from './contenders/bullmq-on-postgres.ts'
import { bullmqOnRedis } from './contenders/bullmq-on-redis.ts'
import { bullmqOnSqlite } from './contenders/bullmq-on-sqlite.ts'
import { liteque } from './contenders/liteque.ts'
import { plainjob } from './contenders/plainjob.ts'
import { statementFloor } from './contenders/statement-floor.ts'

/** Everything that is measured, in the order of the report. */
export const contenders: Contender[] = [
  bullmqOnSqlite('normal'),
  bullmqOnSqlite('full'),
  bullmqOnRedis('none'),
  bullmqOnRedis('everysec'),
  bullmqOnRedis('always'),
  bullmqOnPostgres,
  plainjob,
  liteque,
  statementFloor('normal'),
  statementFloor('full'),
]

/** What all others are compared with. */
export const reference = 'redis-everysec'

export function contenderOf(id: string): Contender {
  const found = contenders.find((contender) => contender.id === id)
  if (!found) throw new Error(`there is no contender ${id}`)
  return found
}
