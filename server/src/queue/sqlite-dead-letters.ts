import { LIST_KEPT_MS, MAX_DEAD_LETTERS, STEP, type DeadLetterStore } from './dead-letter-store.ts'
import type { SqliteBackend } from './sqlite/backend.ts'

/** Dead letters in a queue file, whose lists of operations stand in tables of their own. */
export function sqliteDeadLetters(backend: SqliteBackend): DeadLetterStore {
  return {
    list: (order, limit = MAX_DEAD_LETTERS, until = Infinity) =>
      backend.listDeadLetters(order, Math.min(limit, MAX_DEAD_LETTERS), until),
    count: (until = Infinity) => backend.countDeadLetters(until),
    find: (jobIds) => backend.findDeadLetters(jobIds),
    async read(deaths) {
      const jobs = await backend.readDeadLetters(deaths.map(({ jobId }) => jobId))
      return deaths.map((death, at) => {
        const job = jobs[at]
        return job ? { ...death, ...job } : null
      })
    },
    tally: (operation) => backend.tallyDeadLetters(operation),
    chooseAll: (operation, until, limit) => backend.chooseDeadLetters(operation, { until, limit }, LIST_KEPT_MS),
    choose: (operation, deaths) => backend.chooseDeadLetters(operation, { deaths }, LIST_KEPT_MS),
    retryNext: (operation, limit) => backend.retryDeadLetters(operation, Math.min(limit, STEP)),
    discardNext: (operation, limit) => backend.discardDeadLetters(operation, Math.min(limit, STEP)),
  }
}
