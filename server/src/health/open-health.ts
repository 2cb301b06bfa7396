import type { Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { CANARY_ID } from '../queue/canary-job.ts'
import type { Fleet } from '../queue/fleet.ts'
import type { Store } from '../queue/store.ts'
import { readFromNotes } from './from-notes.ts'
import { createHealth, type Health } from './health.ts'
import { openLimits, type LimitsNews } from './open-limits.ts'
import { defaultLimits, type Limits } from './rules/limits.ts'
import { sharedStore } from './shared-store.ts'
import { gatherSignals } from './signals.ts'
import { steadyTotals } from './steady-totals.ts'
import type { Target } from './watcher.ts'

/** What is watched, and by what it is judged. */
export interface HealthSettings {
  exportQueue: string
  /** Further ones, of other applications. */
  queues: string[]
  healthFile: string | null
  dlqLimit: number
  waitingLimit: number
  exportTimeoutMs: number
  exportMinFreeBytes: number
}

/** An export that is given up by its worker is over soon after its time; later nobody has given it up. */
const AFTER_TIMEOUT_S = { warn: 60, fail: 300 }

/** The looks at all queues that fall within this time share a reading of the fleet. */
const SHARED_MS = 250

/**
 * The health of queues of a store, read on connections of its own, but what everybody tells as the fleet has it. Throws ConfigError when the file of limits has
 * mistakes.
 */
export function openHealth(store: Store, fleet: Fleet, settings: HealthSettings, log: Log): Health {
  const names = [settings.exportQueue, ...settings.queues]
  const settingsOf = openLimits(settings.healthFile, presetsOf(settings), names, (news) => logNews(log, news))
  const opened = names.map((name) => ({ name, queue: store.openObserver(name) }))
  const shared: Store = {
    ...sharedStore(store),
    readCounts: ({ name }) => fleet.countsOf(name, SHARED_MS),
    readClients: () => fleet.clients(SHARED_MS),
  }
  const [main, ...further] = opened.map(({ name, queue }): Target => {
    const kind = name === settings.exportQueue ? 'exports' : 'watched'
    const target = { queue, kind, ...(kind === 'exports' && ours(store, queue)) } as const
    const steady = steadyTotals()
    return {
      queue: name,
      kind,
      store: store.kind,
      look: async () => steady(await gatherSignals(shared, target)),
      settings: () => settingsOf(name),
    }
  })
  if (!main) throw new Error('there is always the queue of the exports')
  const health = createHealth(main, further, log)
  return {
    ...health,
    async close() {
      await health.close()
      await Promise.all(opened.map(({ queue }) => queue.close()))
    },
  }
}

/** What there is in a queue of our own workers besides jobs. */
function ours(store: Store, queue: Queue) {
  const notes = store.openNotes(queue)
  return { without: CANARY_ID, ...(notes && { readNotes: () => readFromNotes(queue, notes) }) }
}

/** What holds where the file of limits says nothing. */
const presetsOf =
  ({ exportQueue, dlqLimit, waitingLimit, exportTimeoutMs, exportMinFreeBytes }: HealthSettings) =>
  (queue: string): Limits => {
    const limits: Limits = {
      ...defaultLimits,
      deadLetters: { warn: Math.min(defaultLimits.deadLetters.warn, dlqLimit), fail: dlqLimit },
      waiting: waitingLimit,
    }
    if (queue !== exportQueue) return limits
    const timeoutS = exportTimeoutMs / 1000
    return {
      ...limits,
      activeS: { warn: timeoutS + AFTER_TIMEOUT_S.warn, fail: timeoutS + AFTER_TIMEOUT_S.fail },
      freeBytes: { warn: Math.max(limits.freeBytes.warn, exportMinFreeBytes), fail: exportMinFreeBytes },
    }
  }

function logNews(log: Log, { path, mistakes }: LimitsNews) {
  if (mistakes.length === 0)
    log.info({ event: 'health_file_read', path }, 'a new version of the health file is in force')
  else {
    log.error(
      { event: 'health_file_refused', path, mistakes },
      'the new version of the health file cannot be used: the last good one stays in force',
    )
  }
}
