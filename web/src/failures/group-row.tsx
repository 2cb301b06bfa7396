import type { FailureGroup } from '@queue-ops/server/contract'
import { Link } from '../link.tsx'
import { grouped } from '../numbers.ts'
import type { Wanted } from '../operations/wanted.ts'
import { SparkBars } from '../spark-bars.tsx'
import { TimeAgo } from '../time-ago.tsx'
import { queryOf, type TimeWindow } from './time-window.ts'

interface Props {
  queue: string
  group: FailureGroup
  window: TimeWindow
  now: number
  /** Null: nothing can be changed here. */
  want: ((kind: Wanted['kind']) => void) | null
}

export function GroupRow({ queue, group, window, now, want }: Props) {
  const to = { view: 'group', queue, group: group.group } as const
  return (
    <li className="group" data-row={group.group}>
      <p className="group-count">
        {grouped(group.count)}
        <span className="unseen"> dead letters: </span>
      </p>
      <div className="group-error">
        <Link to={to} query={queryOf(window)} className="group-pattern mono">
          {group.pattern.trim() || '(no error text)'}
        </Link>
        <p className="hint">
          {group.job_names.length > 0 && <>{group.job_names.join(', ')} · </>}
          first <TimeAgo at={group.first_seen} now={now} />, last <TimeAgo at={group.last_seen} now={now} />
        </p>
        {group.untrusted_sample !== group.pattern && <p className="group-sample">{group.untrusted_sample}</p>}
      </div>
      <SparkBars counts={group.spark} />
      {want && (
        <p className="actions">
          <button type="button" className="button" onClick={() => want('retry')}>
            Retry …<span className="unseen"> {group.pattern}</span>
          </button>
          <button type="button" className="button button-danger" onClick={() => want('discard')}>
            Discard …<span className="unseen"> {group.pattern}</span>
          </button>
        </p>
      )}
    </li>
  )
}
