import type { HandleDeadLettersOutput } from '@queue-ops/server/contract'
import { Link } from '../link.tsx'
import { counted } from '../numbers.ts'
import { TimeAgo } from '../time-ago.tsx'
import { wordsOf } from './operation-words.ts'
import type { Wanted } from './wanted.ts'

interface Props {
  wanted: Wanted
  preview: HandleDeadLettersOutput
  now: number
}

/** What the operation would be about, as the store says now. */
export function PreviewFacts({ wanted, preview, now }: Props) {
  const { count, sample_ids: samples, oldest_failed_at: oldest, newest_failed_at: newest } = preview
  return (
    <dl className="facts">
      <div>
        <dt>Queue</dt>
        <dd className="mono">{preview.queue}</dd>
      </div>
      <div>
        <dt>Which</dt>
        <dd>{wanted.about}</dd>
      </div>
      <div>
        <dt>How many</dt>
        <dd>
          <b>{counted(count, wordsOf(wanted.kind).one)}</b>
        </dd>
      </div>
      {oldest && newest && (
        <div>
          <dt>Failed</dt>
          <dd>
            the oldest <TimeAgo at={oldest} now={now} />, the newest <TimeAgo at={newest} now={now} />
          </dd>
        </div>
      )}
      {samples.length > 0 && (
        <div>
          <dt>Some of them</dt>
          <dd className="samples">
            {samples.map((id) => (
              <Link key={id} className="mono job-link" to={{ view: 'job', queue: preview.queue, jobId: id }}>
                {id}
              </Link>
            ))}
          </dd>
        </div>
      )}
    </dl>
  )
}
