import { LIST_KEPT_MS, MAX_DEAD_LETTERS, PREVIEWS, STEP, type DeadLetterStore } from './dead-letter-store.ts'
import type { SqliteBackend } from './sqlite/backend.ts'

/** Dead letters in a queue file, whose lists of operations stand in tables of their own. */
export function sqliteDeadLetters(backend: SqliteBackend): DeadLetterStore {
  const bounds = { ...PREVIEWS, begunKeptMs: LIST_KEPT_MS }
  return {
    newest: () => backend.newestDeadLetters(MAX_DEAD_LETTERS),
    page: (range, limit) => backend.pageOfDeadLetters(range, limit),
    count: () => backend.countDeadLetters(),
    countIn: (spans) => backend.countDeadLettersIn(spans),
    find: (jobIds) => backend.findDeadLetters(jobIds),
    async read(deaths) {
      const jobs = await backend.readDeadLetters(deaths.map(({ jobId }) => jobId))
      return deaths.map((death, at) => {
        const job = jobs[at]
        return job ? { ...death, ...job } : null
      })
    },
    async readBeginnings(deaths, length) {
      const jobs = await backend.readBeginningsOfDeadLetters(
        deaths.map(({ jobId }) => jobId),
        length,
      )
      return deaths.map((death, at) => {
        const job = jobs[at]
        return job ? { ...death, ...job } : null
      })
    },
    tally: (operation) => backend.tallyDeadLetters(operation),
    chooseAll: (operation, limit, sample) => backend.chooseAllDeadLetters(operation, limit, bounds, sample),
    chooseAllDelayed: (operation, limit, sample) => backend.chooseAllDelayed(operation, limit, bounds, sample),
    findDelayed: (jobIds) => backend.findDelayed(jobIds),
    choose: (operation, deaths, before) => backend.chooseDeadLetters(operation, deaths, before),
    finish: (operation, count, sample) => backend.finishDeadLetterList(operation, count, bounds, sample),
    forgetOld: () => backend.forgetDeadLetterLists(bounds),
    keep: (operation) => backend.keepDeadLetters(operation),
    retryNext: (operation, limit) => backend.retryDeadLetters(operation, Math.min(limit, STEP)),
    promoteNext: (operation, limit) => backend.promoteNext(operation, Math.min(limit, STEP)),
    discardNext: (operation, limit) => backend.discardDeadLetters(operation, Math.min(limit, STEP)),
  }
}
