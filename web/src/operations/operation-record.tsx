import type { OperationOutput } from '@queue-ops/server/contract'
import { span } from '../age.ts'
import { Fact } from '../fact.tsx'
import { Link } from '../link.tsx'
import { Moment } from '../moment.tsx'
import { Reason } from '../reason.tsx'
import { isAtOnce } from './operation-words.ts'

/** Who asked for what, when, and what became of it: what stays of an operation. */
export function OperationRecord({ operation, now }: { operation: OperationOutput; now: number }) {
  const {
    queue,
    asked_by: by,
    cancelled_by: stopper,
    rate_per_s: rate,
    created_at: begun,
    finished_at: ended,
    fail_reason: why,
  } = operation
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
        <Moment at={begun} now={now} />
      </Fact>
      {stopper !== null && <Fact name="Stopped by">{stopper}</Fact>}
      {ended && (
        <Fact name="Over">
          <Moment at={ended} now={now} />, after {span((Date.parse(ended) - Date.parse(begun)) / 1000)}
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
