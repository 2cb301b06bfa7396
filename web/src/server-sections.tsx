import { ChecksSection } from './checks-section.tsx'
import { ConsumersSection } from './consumers-section.tsx'
import { CountsSection } from './counts-section.tsx'
import { DeadLettersSection } from './dead-letters-section.tsx'
import { OldMark } from './old-mark.tsx'
import { ProbeSection } from './probe-section.tsx'
import { QueuesSection } from './queues-section.tsx'
import { isLost, isQueueOld, type Reading } from './reading.ts'

/** What the server says of itself; marked as old when that was earlier. */
export function ServerSections({ reading, now }: { reading: Reading; now: number }) {
  const { report, queue, watch } = reading
  if (!report) return null
  const old = queue && isQueueOld(reading) && <OldMark at={queue.observedAt} now={now} />
  const allOld = isLost(reading) && <OldMark at={report.health.observed_at} now={now} />
  return (
    <>
      <ChecksSection checks={report.health.checks} old={allOld} now={now} />
      <QueuesSection queues={report.health.queues ?? []} old={allOld} now={now} />
      <CountsSection queue={queue?.status ?? null} old={old} />
      <ConsumersSection consumers={queue?.status.consumers ?? null} old={old} />
      <DeadLettersSection
        letters={queue?.status.dead_letters ?? null}
        failed={queue?.status.counts.failed ?? 0}
        old={old}
        now={now}
      />
      {/* The probe that serves the page has more than the server knows of it. */}
      {!watch && <ProbeSection results={report.probe_results} old={allOld} now={now} />}
    </>
  )
}
