import type { WorkerStatus } from '../contract.ts'
import type { Heartbeat } from '../health/rules/signals.ts'

/** More are not told: the youngest heartbeats are. */
const MOST = 200

const iso = (at: number) => new Date(at).toISOString()

/** What workers say of themselves, those of one host together. */
export function describeWorkers(heartbeats: readonly Heartbeat[]): WorkerStatus[] {
  return heartbeats
    .toSorted((a, b) => a.ageMs - b.ageMs)
    .slice(0, MOST)
    .toSorted((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid)
    .map((beat) => ({
      worker: beat.worker,
      host: beat.host.slice(0, 255),
      pid: beat.pid,
      version: beat.version.slice(0, 100),
      started_at: iso(beat.startedAt),
      heartbeat_age_s: Math.round(beat.ageMs / 100) / 10,
      event_loop_delay_ms: beat.eventLoopDelayMs,
      concurrency: beat.concurrency,
      jobs: beat.jobs.map(({ id, since }) => ({ job_id: id, since: iso(since) })),
      last_finished_at: beat.lastFinishedAt === null ? null : iso(beat.lastFinishedAt),
    }))
}
