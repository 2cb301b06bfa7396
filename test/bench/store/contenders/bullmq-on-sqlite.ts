import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import type { Contender } from '../contender.ts'
import { fileHost } from '../folder.ts'
import { openBullmq } from './bullmq.ts'

/** Ours. */
export const bullmqOnSqlite = (synchronous: 'normal' | 'full'): Contender => ({
  id: `sqlite-${synchronous}`,
  name: `BullMQ on SQLite, ${synchronous.toUpperCase()}`,
  ...(synchronous === 'normal' && { growthLimit: Infinity, waitingLimit: Infinity }),
  start: () => fileHost(`SQLite ${process.versions.sqlite}`),
  open: (path) => openBullmq(createSqliteBackend, { path, synchronous }),
})
