import type { HandleDeadLettersOutput } from '@queue-ops/server/contract'
import { Fact } from '../fact.tsx'
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
      <Fact name="Queue">
        <span className="mono">{preview.queue}</span>
      </Fact>
      <Fact name="Which">{wanted.about}</Fact>
      <Fact name="How many">
        <b>{counted(count, wordsOf(wanted.kind).one)}</b>
      </Fact>
      {oldest && newest && (
        <Fact name="Failed">
          the oldest <TimeAgo at={oldest} now={now} />, the newest <TimeAgo at={newest} now={now} />
        </Fact>
      )}
      {samples.length > 0 && (
        <Fact name="Some of them">
          <span className="samples">
            {samples.map((id) => (
              <Link key={id} className="mono job-link" to={{ view: 'job', queue: preview.queue, jobId: id }}>
                {id}
              </Link>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  )
}
