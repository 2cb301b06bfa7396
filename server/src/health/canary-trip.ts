import { setTimeout as pause } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import type { SendCanaryOutput } from '../contract.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Notes } from '../queue/notes.ts'
import { readCanary, sendCanary } from './canary.ts'
import { readHeartbeats } from './heartbeat.ts'
import type { Heartbeat } from './rules/signals.ts'

/** How long it is waited for: a caller has its answer within ten seconds, whatever the store does. */
const WAIT_MS = 5000

/** Most come through at once; who waits longer looks less often. */
const FIRST_LOOK_MS = 20
const MAX_LOOK_MS = 500

/** Whose heartbeat is older cannot be counted on: four were missed. */
const ALIVE_MS = 10_000

/** Sends a canary and tells what became of it within some seconds. Rejects with OpsError `store_unavailable`. */
export type CanaryTrip = () => Promise<SendCanaryOutput>

/** @param notes null on a store that has none */
export function canaryTrip(queue: Queue, notes: Notes | null): CanaryTrip {
  return async () => {
    if (!notes) return answer('unknown', 'This queue store cannot tell of canaries: use Redis or SQLite for that.')
    const { canary } = await askStore(queue, () => sendCanary(queue, notes))
    if (!canary) return answer('paused', 'The queue is paused, so none was sent: resume it to let jobs flow.')
    return follow(queue, notes, canary.sentAt)
  }
}

async function follow(queue: Queue, notes: Notes, sentAt: number): Promise<SendCanaryOutput> {
  const until = performance.now() + WAIT_MS
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, MAX_LOOK_MS)) {
    const read = await askStore(queue, () => notes.read())
    const state = await askStore(queue, () => readCanary(queue, read))
    if (state.roundTripMs !== null && (state.finishedAt ?? 0) - state.roundTripMs >= sentAt) {
      const told = `It came through in ${state.roundTripMs} ms: a worker takes jobs and finishes them.`
      return { ...answer('through', told), round_trip_ms: state.roundTripMs }
    }
    if (performance.now() > until) {
      if (state.pendingSince === null) return answer('unknown', GONE)
      const pendingS = Math.round(Math.max(0, read.now - state.pendingSince) / 1000)
      const told = `It has been on its way for ${pendingS} s. ${meaning(readHeartbeats(read))}`
      return { ...answer('pending', told), pending_s: pendingS }
    }
    await pause(lookMs)
  }
}

const GONE =
  'It has left the queue, but no worker has told so: one of an older version took it, or somebody removed it. Try again.'

/** What a canary that does not come through says, together with what the workers say of themselves. */
function meaning(workers: Heartbeat[]): string {
  const alive = workers.filter(({ ageMs }) => ageMs < ALIVE_MS)
  if (alive.length === 0) return 'No worker gives a sign of life: start one, or see why those that run are frozen.'
  if (alive.every(({ jobs, concurrency }) => jobs.length >= concurrency)) {
    return 'All workers have their hands full with exports: it comes through when one of these is over. Add workers if that takes too long.'
  }
  return 'Workers give signs of life and have a hand free, but none takes it: restart them and see their log.'
}

const answer = (outcome: SendCanaryOutput['outcome'], message: string): SendCanaryOutput => ({
  outcome,
  round_trip_ms: null,
  pending_s: null,
  message,
})
