import type { KnownFaults } from './stores.ts'

/** What Bull Board 9.10 on BullMQ 6.7.0 does otherwise on PostgreSQL than on Redis. */
export const postgresFaults: KnownFaults = {
  jobs: {
    'the children of a job that are not done can be removed': 'the parent still waits for them',
  },
  schedulers: {
    'a former job of a scheduler can be removed': 'it is refused as the next one is',
  },
}
