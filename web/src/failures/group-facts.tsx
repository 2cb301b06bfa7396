import type { FailureGroup } from '@queue-ops/server/contract'
import { Fact } from '../fact.tsx'
import { Moment } from '../moment.tsx'
import { counted } from '../numbers.ts'
import { Reason } from '../reason.tsx'
import { SparkBars } from '../spark-bars.tsx'

/** What the dead letters of a group have in common. */
export function GroupFacts({ group, now }: { group: FailureGroup; now: number }) {
  const { count, first_seen: first, last_seen: last, job_names: names, spark, untrusted_sample: sample } = group
  return (
    <dl className="facts">
      <Fact name="How many">
        <b>{counted(count, 'dead letter')}</b>
      </Fact>
      <Fact name="First">
        <Moment at={first} now={now} />
      </Fact>
      <Fact name="Last">
        <Moment at={last} now={now} />
      </Fact>
      <Fact name="Over time">
        <SparkBars counts={spark} />
      </Fact>
      {names.length > 0 && (
        <Fact name="Job names">
          <span className="mono">{names.join(', ')}</span>
        </Fact>
      )}
      <Fact name="The newest error">
        <Reason text={sample} />
      </Fact>
    </dl>
  )
}
