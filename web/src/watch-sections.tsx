import type { WatchedTarget } from '@queue-ops/server/contract'
import { HistorySection } from './history-section.tsx'
import { IncidentsSection } from './incidents-section.tsx'
import { useHistory } from './use-history.ts'

/** What the probe knows by itself of a server, whether that answers or not. */
export function WatchSections({ target, now }: { target: WatchedTarget; now: number }) {
  const newest = target.last_result?.time ?? null
  // By days the answer has the incidents of a year.
  const incidents = useHistory(target.name, 'day', 1, newest)
  if (newest === null) return <p className="empty">The probe has not run yet.</p>
  return (
    <>
      <IncidentsSection read={incidents} now={now} />
      <HistorySection target={target} now={now} />
    </>
  )
}
