import { usePage } from './page-context.ts'
import { watchedTarget } from './reading.ts'
import { ServerSections } from './server-sections.tsx'
import { TargetsNav } from './targets-nav.tsx'
import { WatchSections } from './watch-sections.tsx'

/** How everything is, at one glance. */
export function Overview() {
  const { reading, now } = usePage()
  const { report, watch, problem } = reading
  const target = watchedTarget(reading)
  const isSilent = (watch?.silence ?? null) !== null
  const ofServer = <ServerSections key="server" reading={reading} now={now} />
  const ofProbe = target && <WatchSections key="probe" target={target} now={now} />
  return (
    <>
      {watch && <TargetsNav targets={watch.targets} shown={watch.target} />}
      {!report && !watch && <p className="empty">{problem ? 'There is nothing to show yet.' : 'Loading …'}</p>}
      {/* Of a silent server what the probe knows is news, and the rest is not. */}
      {isSilent ? [ofProbe, ofServer] : [ofServer, ofProbe]}
    </>
  )
}
