import { OldMark } from './old-mark.tsx'
import { usePage } from './page-context.ts'
import { QueuesTable } from './queues/queues-table.tsx'
import { isLost, watchedTarget } from './reading.ts'
import { ServerSections } from './server-sections.tsx'
import { TargetsNav } from './targets-nav.tsx'
import type { ViewProps } from './view.ts'
import { WatchSections } from './watch-sections.tsx'

/** How everything is, at one glance. */
export function Overview({ query }: ViewProps<'overview'>) {
  const { reading, now } = usePage()
  const { report, watch, problem } = reading
  const target = watchedTarget(reading)
  const isSilent = (watch?.silence ?? null) !== null
  const fleet = report?.fleet
  const isOld = fleet && (isLost(reading) || !fleet.store_reachable)
  const ofServer = <ServerSections key="server" reading={reading} now={now} />
  const ofProbe = target && <WatchSections key="probe" target={target} now={now} />
  const ofQueues = fleet && (
    <QueuesTable
      key="queues"
      fleet={fleet}
      query={query}
      old={isOld && <OldMark at={fleet.taken_at} now={now} />}
      now={now}
    />
  )
  return (
    <>
      {watch && <TargetsNav targets={watch.targets} shown={watch.target} />}
      {!report && !watch && <p className="empty">{problem ? 'There is nothing to show yet.' : 'Loading …'}</p>}
      {/* Of a silent server what the probe knows is news, and the rest is not. */}
      {isSilent ? [ofProbe, ofQueues, ofServer] : [ofQueues, ofProbe, ofServer]}
    </>
  )
}
