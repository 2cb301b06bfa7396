import type { OperationOutput } from '@queue-ops/server/contract'
import { Link } from '../link.tsx'
import { grouped } from '../numbers.ts'
import { ProgressBar } from '../progress-bar.tsx'
import { TimeAgo } from '../time-ago.tsx'
import { isAtOnce, isOver, partOf, stateWord, wordsOf } from './operation-words.ts'

export function OperationRow({ operation, now }: { operation: OperationOutput; now: number }) {
  const { operation_id: id, kind, queue, total, done, asked_by: by, created_at: at } = operation
  const what = `${wordsOf(kind).verb} in ${queue}`
  return (
    <tr>
      <td>
        <Link to={{ view: 'operation', operationId: id }} className="job-link">
          {what}
        </Link>
        <span className="hint operation-about">{operation.about}</span>
      </td>
      <td className={`operation-${stateWord(operation)}`}>
        {stateWord(operation)}
        {!isOver(operation) && <ProgressBar label={what} part={partOf(operation)} />}
      </td>
      <td className="right">
        {!isAtOnce(operation) && (total === null ? grouped(done) : `${grouped(done)} of ${grouped(total)}`)}
      </td>
      <td>{by ?? 'not recorded'}</td>
      <td className="nowrap">
        <TimeAgo at={at} now={now} />
      </td>
    </tr>
  )
}
