import type { FailureGroups } from '@queue-ops/server/contract'
import { counted, grouped } from '../numbers.ts'
import type { Wanted } from '../operations/wanted.ts'
import { ProgressBar } from '../progress-bar.tsx'
import { useZone } from '../use-zone.ts'
import { queueApi, withQuery } from '../with-query.ts'
import { isOpen, queryOf, selectionOf, windowWords, type TimeWindow } from './time-window.ts'

interface Props {
  overview: FailureGroups
  window: TimeWindow
  /** Null: nothing can be changed here. */
  want: ((wanted: Wanted) => void) | null
}

/** How many there are, whether all were read yet, and what can be done with all of them. */
export function FailuresHead({ overview, window, want }: Props) {
  const { queue, total, grouped: read, complete, group_count: groups, in_no_group: alone, too_old: old } = overview
  const zone = useZone()
  const about = isOpen(window) ? 'All' : `All that ${windowWords(window, zone)}`
  const all = (kind: Wanted['kind']) => want?.({ kind, queue, selection: selectionOf(window), about })
  return (
    <div className="failures-head">
      <p role="status">
        {complete ? (
          <>
            <b>{counted(read, 'dead letter')}</b> in {counted(groups, 'group')}
            {!isOpen(window) && ` ${windowWords(window, zone)}; ${grouped(total)} in all`}.
          </>
        ) : (
          `Reading: ${grouped(read)} of ${counted(total, 'dead letter')} so far.`
        )}
      </p>
      {(alone > 0 || old > 0) && (
        <p className="hint">
          {alone > 0 && `${counted(alone, 'more is', 'more are')} in no group: there are too many different errors. `}
          {old > 0 && `The oldest ${grouped(old)} are not looked at.`}
        </p>
      )}
      {!complete && <ProgressBar label="Read so far" part={total === 0 ? null : read / total} />}
      {complete && read > 0 && (
        <a className="button" href={withQuery(queueApi(queue, 'failures.csv'), queryOf(window))} download>
          Download as CSV
        </a>
      )}
      {want && complete && read > 0 && (
        <p className="actions">
          <button type="button" className="button" onClick={() => all('retry')}>
            Retry all …
          </button>
          <button type="button" className="button button-danger" onClick={() => all('discard')}>
            Discard all …
          </button>
        </p>
      )}
    </div>
  )
}
