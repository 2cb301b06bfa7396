import type { StatusReport } from '@queue-ops/server/contract'
import { askStatus, type Answer } from './ask-status.ts'
import { followEvents } from './follow-events.ts'
import { afterAnswer, afterMiss, afterWatch, type Reading } from './reading.ts'

const pollMs = 2000
/** So many polls until a server whose events do not come, because a proxy keeps them back, is tried again. */
const pollsBetweenTries = 15

export type Update = (change: (reading: Reading) => Reading) => void

/**
 * Keeps a reading up to date until `stop`: by the server's events, and whenever those do not come by asking. The probe has no
 * events. `target` is for the probe; `status` is what is known already.
 */
export async function followStatus(
  target: string | null,
  status: StatusReport | null,
  stop: AbortSignal,
  update: Update,
): Promise<void> {
  let who = 'server'
  let hasEvents = offersEvents(status)
  let pollsLeft = 0
  while (!stop.aborted) {
    if (hasEvents && pollsLeft <= 0) {
      const any = await followEvents(stop, (status) =>
        update((reading) => afterAnswer(reading, status, reading.clockAheadMs)),
      )
      pollsLeft = any ? 0 : pollsBetweenTries
    }
    if (stop.aborted) return
    const began = performance.now()
    const answer = await askStatus(target, who, stop).catch(() => null)
    // Null or aborted: the tab was hidden meanwhile, which says nothing about the server.
    if (!answer || stop.aborted) return
    if ('status' in answer) {
      who = 'served_by' in answer.status ? 'probe' : 'server'
      hasEvents = offersEvents(answer.status)
    }
    pollsLeft = 'status' in answer ? pollsLeft - 1 : 0
    update((reading) => after(reading, answer))
    await pause(pollMs - (performance.now() - began))
  }
}

/** A server that reads all its queues at once tells them as events too. */
const offersEvents = (status: StatusReport | object | null) =>
  status !== null && !('served_by' in status) && 'fleet' in status && status.fleet !== null

function after(reading: Reading, answer: Answer): Reading {
  if ('problem' in answer) return afterMiss(reading, answer.problem)
  const { status, clockAheadMs } = answer
  return 'served_by' in status ? afterWatch(reading, status, clockAheadMs) : afterAnswer(reading, status, clockAheadMs)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
