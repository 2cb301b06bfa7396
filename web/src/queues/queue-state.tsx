import type { CheckStatus, HealthStatus } from '@queue-ops/server/contract'
import { StatusIcon } from '../status-icon.tsx'

const icons: Record<HealthStatus, CheckStatus> = { operational: 'pass', degraded: 'warn', down: 'fail' }

/** How a queue is, by icon, word and colour; null: its health is not watched, or not judged yet. */
export function QueueState({ status, isPaused }: { status: HealthStatus | null; isPaused: boolean }) {
  const icon = status === null ? 'unknown' : icons[status]
  return (
    <>
      <span className={`status status-${icon}`}>
        <StatusIcon status={icon} />
        {status ?? 'not judged'}
      </span>
      {isPaused && <span className="badge badge-warn">paused</span>}
    </>
  )
}
