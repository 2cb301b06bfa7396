import type { QueueSnapshot } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { secondsSince, span } from '../age.ts'
import { Link } from '../link.tsx'
import { TimeAgo } from '../time-ago.tsx'
import { columns, waitingOf } from './columns.ts'
import { QueueState } from './queue-state.tsx'
import { shortReason } from './short-reason.ts'

const count = new Intl.NumberFormat('en-GB')
const rate = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

/** A queue in the table of all: what it is in numbers, and below in a sentence unless it just works. */
export function QueueRow({ queue, now }: { queue: QueueSnapshot; now: number }) {
  const { status, since, counts } = queue
  const failures = { view: 'failures', queue: queue.queue } as const
  const cells: Record<string, ReactNode> = {
    queue: (
      <Link className="queue-link" to={{ view: 'queue', queue: queue.queue }}>
        {queue.queue}
      </Link>
    ),
    status: <QueueState status={status} isPaused={queue.paused} />,
    waiting: count.format(waitingOf(queue)),
    oldest: queue.oldest_waiting_s === null ? none : span(queue.oldest_waiting_s),
    active: count.format(counts.active),
    delayed: count.format(counts.delayed),
    failed: (
      <>
        {counts.failed > 0 ? <Link to={failures}>{count.format(counts.failed)}</Link> : '0'} <Growth queue={queue} />
      </>
    ),
    rate: queue.per_minute === null ? none : rate.format(queue.per_minute),
    consumers: <Consumers queue={queue} />,
    success: queue.last_success_at ? <TimeAgo at={queue.last_success_at} now={now} /> : none,
  }
  const isWell = status === 'operational'
  return (
    <tbody className={isWell ? 'queue-well' : 'queue-troubled'}>
      <tr>
        {columns.map(({ key, title }) => (
          <td key={key} className={key} data-label={title}>
            {cells[key]}
          </td>
        ))}
      </tr>
      {!isWell && (
        <tr className="queue-reason">
          <td colSpan={columns.length}>
            {shortReason(queue)}
            {since && <span className="hint"> For {span(secondsSince(since, now))}.</span>}
          </td>
        </tr>
      )}
    </tbody>
  )
}

const none = (
  <>
    <span className="hint" aria-hidden="true">
      –
    </span>
    <span className="unseen">none</span>
  </>
)

function Growth({ queue: { dead_letters_per_min: growth } }: { queue: QueueSnapshot }) {
  if (growth === null || Math.abs(growth) < 0.05) return null
  return (
    <span className={growth > 0 ? 'growth growth-more' : 'growth'}>
      {growth > 0 ? '+' : '−'}
      {rate.format(Math.abs(growth))}/min
    </span>
  )
}

function Consumers({ queue: { consumers, consuming } }: { queue: QueueSnapshot }) {
  return (
    <>
      {consumers === null ? none : count.format(consumers)}
      {consuming === false && <span className="growth growth-more"> not consuming</span>}
    </>
  )
}
