import type { Check, QueueSnapshot, StatusReport } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { secondsSince, span } from './age.ts'
import { ChecksSection } from './checks-section.tsx'
import { ConsumersSection } from './consumers-section.tsx'
import { CountsSection } from './counts-section.tsx'
import { DeadLettersSection } from './dead-letters-section.tsx'
import { Link } from './link.tsx'
import { OldMark } from './old-mark.tsx'
import { QueueActions } from './operations/queue-actions.tsx'
import { usePage } from './page-context.ts'
import { QueueFacts } from './queues/queue-facts.tsx'
import { QueueState } from './queues/queue-state.tsx'
import { isLost, isQueueOld } from './reading.ts'
import { ViewHead } from './view-head.tsx'
import type { ViewProps } from './view.ts'
import { WorkersSection } from './workers-section.tsx'

/** One queue: how it is, who works on it, and the ways to its jobs. */
export function QueueView({ route: { queue } }: ViewProps<'queue'>) {
  const { reading, now } = usePage()
  const { report } = reading
  const fleet = report?.fleet
  const row = fleet?.queues.find((each) => each.queue === queue)
  const isOld = fleet && (isLost(reading) || !fleet.store_reachable)
  const old = isOld && <OldMark at={fleet.taken_at} now={now} />
  return (
    <>
      <section className="card">
        <ViewHead above={<Link to={{ view: 'overview' }}>Queues</Link>} title={queue}>
          {row && <Described row={row} now={now} />}
        </ViewHead>
        {report && row && <Ways report={report} row={row} />}
      </section>
      {fleet && !row && <p className="empty">There is no queue of this name here, or it cannot be read.</p>}
      {!fleet && <p className="empty">{reading.problem ? 'There is nothing to show yet.' : 'Loading …'}</p>}
      {row && <CountsSection queue={row} old={old} />}
      {row && <QueueFacts row={row} old={old} now={now} />}
      {queue === report?.health.queue && <MainQueue queue={queue} />}
      {report && row && <Checked report={report} queue={queue} now={now} old={old} />}
    </>
  )
}

function Described({ row, now }: { row: QueueSnapshot; now: number }) {
  return (
    <p className="queue-described">
      <QueueState status={row.status} isPaused={row.paused} />
      {row.since && <span className="hint">for {span(secondsSince(row.since, now))}</span>}
      <span className="message">{row.reason}</span>
    </p>
  )
}

function Ways({ report, row }: { report: StatusReport; row: QueueSnapshot }) {
  const { queue, counts } = row
  return (
    <div className="queue-ways">
      <nav aria-label={`Jobs of ${queue}`}>
        <Link to={{ view: 'failures', queue }}>{counts.failed > 0 ? 'Dead letters by error' : 'No dead letters'}</Link>
        <Link to={{ view: 'search', queue }}>Search its jobs</Link>
        <a href={`${report.board_url}queue/${encodeURIComponent(queue)}`}>In Bull Board</a>
      </nav>
      <QueueActions snapshot={row} />
    </div>
  )
}

function Checked({ report, queue, old, now }: { report: StatusReport; queue: string; old: ReactNode; now: number }) {
  const checks = checksOf(report, queue)
  return checks && <ChecksSection checks={checks} old={old} now={now} />
}

/** Null when the health of the queue is not watched. */
function checksOf({ health }: StatusReport, queue: string): readonly Check[] | null {
  if (queue === health.queue) return health.checks
  return health.queues?.find((each) => each.queue === queue)?.checks ?? null
}

/** Only of the queue of the exports the status has who works on it. */
function MainQueue({ queue }: { queue: string }) {
  const { reading, now } = usePage()
  const seen = reading.queue
  const old = seen && isQueueOld(reading) && <OldMark at={seen.observedAt} now={now} />
  const workers = seen?.status.workers ?? null
  return (
    <>
      {workers && <WorkersSection workers={workers} queue={queue} old={old} now={now} />}
      <ConsumersSection consumers={seen?.status.consumers ?? null} old={old} />
      <DeadLettersSection
        letters={seen?.status.dead_letters ?? null}
        failed={seen?.status.counts.failed ?? 0}
        old={old}
        now={now}
      />
    </>
  )
}
