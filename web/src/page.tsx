import { headline, tabTitle } from './headline.ts'
import { InformationAge } from './information-age.tsx'
import { LostBanner } from './lost-banner.tsx'
import { PageFooter } from './page-footer.tsx'
import { PageHeader } from './page-header.tsx'
import { isLost, watchedTarget, type Reading } from './reading.ts'
import { ServerSections } from './server-sections.tsx'
import { SilenceBanner } from './silence-banner.tsx'
import { TargetsNav } from './targets-nav.tsx'
import { useNow } from './use-now.ts'
import { useStatus } from './use-status.ts'
import { useTab } from './use-tab.ts'
import { WatchSections } from './watch-sections.tsx'

/** Which of the servers that the probe watches; a link to the page may name it. */
const wanted = new URLSearchParams(location.search).get('target')

export function Page() {
  const reading = useStatus(wanted)
  // By the clock of who serves the page, since all times on it are that one's.
  const now = useNow() + reading.clockAheadMs
  const { report, watch, problem } = reading
  const said = headline(reading)
  const queue = report?.health.queue ?? watch?.target
  useTab(tabTitle(said, queue), said.tone)

  const target = watchedTarget(reading)
  const isSilent = (watch?.silence ?? null) !== null
  const seenAt = report?.health.observed_at ?? null
  const ofServer = <ServerSections key="server" reading={reading} now={now} />
  const ofProbe = target && <WatchSections key="probe" target={target} now={now} />
  return (
    <>
      <PageHeader
        headline={said}
        queue={queue}
        isByProbe={watch !== null}
        boardUrl={report?.board_url}
        age={seenAt && <InformationAge at={seenAt} now={now} lost={isLost(reading)} />}
        banner={<Banner reading={reading} now={now} />}
      />
      <main className="wide" aria-busy={!report && !watch && !problem}>
        {watch && <TargetsNav targets={watch.targets} shown={watch.target} />}
        {!report && !watch && <p className="empty">{problem ? 'There is nothing to show yet.' : 'Loading …'}</p>}
        {/* Of a silent server what the probe knows is news, and the rest is not. */}
        {isSilent ? [ofProbe, ofServer] : [ofServer, ofProbe]}
      </main>
      <PageFooter version={report?.version ?? null} watch={watch} />
    </>
  )
}

function Banner({ reading, now }: { reading: Reading; now: number }) {
  const { report, watch, problem } = reading
  const seenAt = watch?.time ?? report?.health.observed_at ?? null
  if (problem) return <LostBanner problem={problem} seenAt={seenAt} now={now} />
  return watch?.silence ? <SilenceBanner silence={watch.silence} hasReport={report !== null} now={now} /> : null
}
