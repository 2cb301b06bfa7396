import { ChecksSection } from './checks-section.tsx'
import { ConsumersSection } from './consumers-section.tsx'
import { CountsSection } from './counts-section.tsx'
import { DeadLettersSection } from './dead-letters-section.tsx'
import { OldMark } from './old-mark.tsx'
import { ProbeSection } from './probe-section.tsx'
import { QueuesSection } from './queues-section.tsx'
import { isLost, isQueueOld, type Reading } from './reading.ts'
import { WorkersSection } from './workers-section.tsx'

/** What the server says of the queue of the exports and of itself; marked as old when that was earlier. */
export function ServerSections({ reading, now }: { reading: Reading; now: number }) {
  const { report, queue, watch } = reading
  if (!report) return null
  const old = queue && isQueueOld(reading) && <OldMark at={queue.observedAt} now={now} />
  const allOld = isLost(reading) && <OldMark at={report.health.observed_at} now={now} />
  // Of several, each has a view of its own. The probe, which has no other views, shows here what there is.
  const isOneOfMany = (report.fleet?.queues.length ?? 0) > 1 && !watch
  const probe = !watch && <ProbeSection key="probe" results={report.probe_results} old={allOld} now={now} />
  return (
    <>
      {isOneOfMany && probe}
      <ChecksSection
        of={isOneOfMany ? report.health.queue : null}
        checks={report.health.checks}
        old={allOld}
        now={now}
      />
      {!isOneOfMany && <QueuesSection queues={report.health.queues ?? []} old={allOld} now={now} />}
      {!isOneOfMany && <CountsSection queue={queue?.status ?? null} old={old} />}
      {!isOneOfMany && queue?.status.workers && (
        <WorkersSection workers={queue.status.workers} queue={report.health.queue} old={old} now={now} />
      )}
      {!isOneOfMany && <ConsumersSection consumers={queue?.status.consumers ?? null} old={old} />}
      <DeadLettersSection
        letters={queue?.status.dead_letters ?? null}
        failed={queue?.status.counts.failed ?? 0}
        old={old}
        now={now}
      />
      {!isOneOfMany && probe}
    </>
  )
}
