import type { FailureGroup } from '@queue-ops/server/contract'
import { dateAndTime } from '../instant.ts'
import { counted } from '../numbers.ts'
import { Reason } from '../reason.tsx'
import { SparkBars } from '../spark-bars.tsx'
import { TimeAgo } from '../time-ago.tsx'

/** What the dead letters of a group have in common. */
export function GroupFacts({ group, now }: { group: FailureGroup; now: number }) {
  const { count, first_seen: first, last_seen: last, job_names: names, spark, untrusted_sample: sample } = group
  return (
    <dl className="facts">
      <div>
        <dt>How many</dt>
        <dd>
          <b>{counted(count, 'dead letter')}</b>
        </dd>
      </div>
      <div>
        <dt>First</dt>
        <dd>
          {dateAndTime(first)} (<TimeAgo at={first} now={now} />)
        </dd>
      </div>
      <div>
        <dt>Last</dt>
        <dd>
          {dateAndTime(last)} (<TimeAgo at={last} now={now} />)
        </dd>
      </div>
      <div>
        <dt>Over time</dt>
        <dd>
          <SparkBars counts={spark} />
        </dd>
      </div>
      {names.length > 0 && (
        <div>
          <dt>Job names</dt>
          <dd className="mono">{names.join(', ')}</dd>
        </div>
      )}
      <div>
        <dt>The newest error</dt>
        <dd>
          <Reason text={sample} />
        </dd>
      </div>
    </dl>
  )
}
