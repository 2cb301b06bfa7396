import { ChecksSection } from './checks-section.tsx'
import { ConsumersSection } from './consumers-section.tsx'
import { CountsSection } from './counts-section.tsx'
import { DeadLettersSection } from './dead-letters-section.tsx'
import { headline, tabTitle } from './headline.ts'
import { InformationAge } from './information-age.tsx'
import { LostBanner } from './lost-banner.tsx'
import { OldMark } from './old-mark.tsx'
import { PageFooter } from './page-footer.tsx'
import { PageHeader } from './page-header.tsx'
import { ProbeSection } from './probe-section.tsx'
import { QueuesSection } from './queues-section.tsx'
import { isLost, isQueueOld } from './reading.ts'
import { useNow } from './use-now.ts'
import { useStatus } from './use-status.ts'
import { useTab } from './use-tab.ts'

export function Page() {
  const reading = useStatus()
  // By the server's clock, since all times on the page are the server's.
  const now = useNow() + reading.clockAheadMs
  const { report, queue, problem } = reading
  const said = headline(reading)
  useTab(tabTitle(said, report?.health.queue), said.tone)

  const lost = isLost(reading)
  const seenAt = report?.health.observed_at ?? null
  const old = queue && isQueueOld(reading) && <OldMark at={queue.observedAt} now={now} />
  const allOld = lost && seenAt && <OldMark at={seenAt} now={now} />
  return (
    <>
      <PageHeader
        headline={said}
        queue={report?.health.queue}
        boardUrl={report?.board_url}
        age={seenAt && <InformationAge at={seenAt} now={now} lost={lost} />}
        banner={problem && <LostBanner problem={problem} seenAt={seenAt} now={now} />}
      />
      <main className="wide" aria-busy={!report && !problem}>
        {!report && <p className="empty">{problem ? 'There is nothing to show yet.' : 'Loading …'}</p>}
        {report && (
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
            <ProbeSection results={report.probe_results} old={allOld} now={now} />
          </>
        )}
      </main>
      <PageFooter version={report?.version ?? null} />
    </>
  )
}
