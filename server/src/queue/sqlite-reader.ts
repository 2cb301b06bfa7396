import type { Queue } from 'bullmq'
import { bounds, shortProgress } from './facts-bounds.ts'
import { countByGetters, timed, type FactsReader } from './facts-reader.ts'
import { readSqliteFleet } from './sqlite-fleet.ts'
import { SqliteBackend } from './sqlite/backend.ts'

/** Reads a queue file. */
export const sqliteReader: FactsReader = {
  readCounts: countByGetters,
  async readFacts(queue, without) {
    const facts = await backendOf(queue).readFacts(bounds, without)
    return { ...facts, active: facts.active.map((job) => ({ ...job, progress: shortProgress(job.progress) })) }
  },
  async readStore(queue) {
    const backend = backendOf(queue)
    const { latencyMs } = await timed(() => backend.isMaxed())
    const writeProblem = await backend.whyNotWritable()
    return { latencyMs, facts: { nowMs: Date.now(), writeProblem, redis: null } }
  },
  readFleet: readSqliteFleet,
  readDeadLetters: async (queue, limit) => backendOf(queue).latestDeadLetters(limit),
}

function backendOf(queue: Queue): SqliteBackend {
  const backend: unknown = queue.getBackend()
  if (backend instanceof SqliteBackend) return backend
  throw new Error(`the queue "${queue.name}" is not in a queue file`)
}
