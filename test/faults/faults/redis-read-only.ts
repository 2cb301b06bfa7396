import { eventually } from '../../support/eventually.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const redisReadOnly: Fault = {
  name: 'Redis turned into a read-only replica',
  how: 'a failover: the replica is made master and the former master its replica; clients are left with the latter',
  system: { store: 'redis' },
  seenAs: ['store_settings', 'store_writable'],
  window: AT_ONCE,
  async inject({ store, owns }) {
    const other = owns(await startRedis())
    await follow(other, store.redis())
    await other.ask('REPLICAOF', 'NO', 'ONE')
    await follow(store.redis(), other)
    return async () => void (await store.redis().ask('REPLICAOF', 'NO', 'ONE'))
  },
}

async function follow(replica: TestRedis, master: TestRedis): Promise<void> {
  await replica.ask('REPLICAOF', '127.0.0.1', new URL(master.url).port)
  await eventually(async () => {
    const facts = String(await replica.ask('INFO', 'replication'))
    if (!facts.includes('master_link_status:up')) throw new Error('the replica has not followed yet')
  })
}
