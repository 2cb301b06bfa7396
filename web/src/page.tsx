import { useState } from 'react'
import { headline, tabTitle } from './headline.ts'
import { Help } from './help.tsx'
import { InformationAge } from './information-age.tsx'
import { LostBanner } from './lost-banner.tsx'
import { PageProvider } from './page-context.ts'
import { PageFooter } from './page-footer.tsx'
import { PageHeader } from './page-header.tsx'
import { sinceInWords } from './queues/fleet-headline.ts'
import { isLost, type Reading } from './reading.ts'
import { placeOf } from './route.ts'
import { SilenceBanner } from './silence-banner.tsx'
import { useStart } from './start.ts'
import { TopBar } from './top-bar.tsx'
import { useNow } from './use-now.ts'
import { usePageKeys } from './use-page-keys.ts'
import { usePlace } from './use-place.ts'
import { useStatus } from './use-status.ts'
import { useTab } from './use-tab.ts'
import { useTheme } from './use-theme.ts'
import { useZone } from './use-zone.ts'
import { ViewAt } from './view-at.tsx'

export function Page() {
  const place = usePlace()
  const start = useStart()
  // Which of the servers that the probe watches; a link to the page may name it.
  const reading = useStatus(placeOf(start.address).query.get('target'))
  // By the clock of who serves the page, since all times on it are that one's.
  const now = useNow(reading.clockAheadMs)
  const zone = useZone()
  const { report, watch, problem } = reading
  const said = headline(reading, zone)
  const queue = report?.health.queue ?? watch?.target
  const about = (report?.fleet?.queues.length ?? 1) > 1 && !watch ? undefined : queue
  const [isHelped, setHelped] = useState(false)
  const showHelp = () => setHelped(true)
  usePageKeys(place.route, showHelp)
  const isOverview = place.route.view === 'overview'
  useTheme()
  useTab(isOverview ? tabTitle(said, reading) : null, said.tone)

  const seenAt = report?.health.observed_at ?? null
  return (
    <PageProvider value={{ reading, now }}>
      <header>
        <TopBar
          route={place.route}
          queue={about}
          isByProbe={watch !== null}
          boardUrl={report?.board_url}
          showHelp={showHelp}
        />
        <PageHeader
          headline={said}
          queue={about}
          isSmall={!isOverview}
          lasting={lasting(reading, now)}
          age={seenAt && <InformationAge at={seenAt} now={now} everyMs={reading.everyMs} lost={isLost(reading)} />}
        />
        <Banner reading={reading} now={now} />
      </header>
      <main className="wide" aria-busy={!report && !watch && !problem}>
        <ViewAt place={place} />
      </main>
      {isHelped && <Help onClose={() => setHelped(false)} />}
      <PageFooter version={report?.version ?? null} watch={watch} />
    </PageProvider>
  )
}

/** What the probe finds is not about since when the server is as it says. */
function lasting(reading: Reading, now: number): string | null {
  const { report, watch } = reading
  if (!report || watch || isLost(reading)) return null
  return sinceInWords(report.fleet, report.health.status, now)
}

function Banner({ reading, now }: { reading: Reading; now: number }) {
  const { report, watch, problem } = reading
  const seenAt = watch?.time ?? report?.health.observed_at ?? null
  if (problem) return <LostBanner problem={problem} seenAt={seenAt} now={now} />
  return watch?.silence ? <SilenceBanner silence={watch.silence} hasReport={report !== null} now={now} /> : null
}
