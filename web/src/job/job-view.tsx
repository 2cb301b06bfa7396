import type { GetJobOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isJob, type JobOnPage } from '../answers.ts'
import { askFor } from '../ask-api.ts'
import { Link } from '../link.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { OperationDialog } from '../operations/operation-dialog.tsx'
import type { Wanted } from '../operations/wanted.ts'
import { usePage } from '../page-context.ts'
import { useAsked } from '../use-asked.ts'
import { useReadOnly } from '../use-read-only.ts'
import type { ViewProps } from '../view.ts'
import { ViewHead } from '../view-head.tsx'
import { queueApi } from '../with-query.ts'
import { JobFacts } from './job-facts.tsx'
import { JobTexts } from './job-texts.tsx'

const WHILE_IT_MAY_CHANGE_MS = 2000

/** Everything about one job. */
export function JobView({ route: { queue, jobId } }: ViewProps<'job'>) {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const address = queueApi(queue, `jobs/${encodeURIComponent(jobId)}`)
  const { answer, problem, isGone, again } = useAsked<JobOnPage>(
    address,
    (stop) => askFor(address, isJob, stop),
    () => WHILE_IT_MAY_CHANGE_MS,
  )
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const want = (kind: Wanted['kind']) =>
    setWanted({ kind, queue, selection: { ids: [jobId] }, about: `The job ${jobId}` })

  return (
    <article className="card">
      <ViewHead title={`Job ${jobId}`} above={<Link to={{ view: 'queue', queue }}>Queue {queue}</Link>}>
        {answer && (
          <p className="actions">
            {!readOnly && <JobActions job={answer} want={want} />}
            <a className="button" href={answer.board_url}>
              Open in Bull Board
            </a>
          </p>
        )}
      </ViewHead>
      {!answer && !problem && <Nothing busy>Loading …</Nothing>}
      {problem && isGone && (
        <Nothing>There is no such job in the queue {queue}: it may have been removed since you saw it.</Nothing>
      )}
      {problem && !isGone && <Trouble again={again}>{problem}</Trouble>}
      {answer && !isGone && (
        <>
          <JobFacts job={answer} now={now} />
          <JobTexts job={answer} />
        </>
      )}
      {wanted && <OperationDialog wanted={wanted} now={now} onClose={() => setWanted(null)} />}
    </article>
  )
}

function JobActions({ job, want }: { job: GetJobOutput; want: (kind: Wanted['kind']) => void }) {
  if (job.state === 'delayed') {
    return (
      <button type="button" className="button" onClick={() => want('promote')}>
        Promote …
      </button>
    )
  }
  if (job.state !== 'failed') return null
  return (
    <>
      <button type="button" className="button button-main" onClick={() => want('retry')}>
        Retry …
      </button>
      <button type="button" className="button button-danger" onClick={() => want('discard')}>
        Discard …
      </button>
    </>
  )
}
