import type { OperationOutput } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { span } from '../age.ts'
import { dateAndTime } from '../instant.ts'
import { Link } from '../link.tsx'
import { Reason } from '../reason.tsx'
import { TimeAgo } from '../time-ago.tsx'
import { isAtOnce } from './operation-words.ts'

/** Who asked for what, when, and what became of it: what stays of an operation. */
export function OperationRecord({ operation, now }: { operation: OperationOutput; now: number }) {
  const { queue, asked_by: by, rate_per_s: rate, created_at: begun, finished_at: ended, fail_reason: why } = operation
  return (
    <dl className="facts">
      <Fact name="Queue">
        <Link to={{ view: 'queue', queue }} className="mono job-link">
          {queue}
        </Link>
      </Fact>
      <Fact name="Which">{operation.about}</Fact>
      <Fact name="Asked for by">{by ?? 'not recorded'}</Fact>
      <Fact name="Asked for">
        {dateAndTime(begun)} (<TimeAgo at={begun} now={now} />)
      </Fact>
      {ended && (
        <Fact name="Over">
          {dateAndTime(ended)}, after {span((Date.parse(ended) - Date.parse(begun)) / 1000)}
        </Fact>
      )}
      {!isAtOnce(operation) && <Fact name="Rate">{rate === null ? 'no limit' : `at most ${rate} a second`}</Fact>}
      <Fact name="Id">
        <span className="mono">{operation.operation_id}</span>
      </Fact>
      {why && (
        <Fact name="Why it failed">
          <Reason text={why} />
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
