import type { FoundJob } from '@queue-ops/server/contract'
import { Link } from './link.tsx'
import { Reason } from './reason.tsx'
import { TimeAgo } from './time-ago.tsx'

interface Props {
  queue: string
  job: FoundJob
  now: number
  isChosen: boolean
  /** Null: it cannot be chosen. */
  choose: ((isRange: boolean) => void) | null
}

export function JobRow({ queue, job, now, isChosen, choose }: Props) {
  const { job_id: id, name, state, at, untrusted_text: text, board_url: board } = job
  return (
    <li className={isChosen ? 'job job-chosen' : 'job'} data-row={id}>
      {choose && (
        <label className="job-check">
          <input
            type="checkbox"
            checked={isChosen}
            // A click is what tells of the shift key; the box itself follows the selection.
            onClick={(event) => choose(event.shiftKey)}
            onChange={() => undefined}
          />
          <span className="unseen">Select job {id}</span>
        </label>
      )}
      <div className="job-text">
        <div className="letter-head">
          <Link to={{ view: 'job', queue, jobId: id }} className="mono job-link">
            {id}
          </Link>
          <span className="letter-name">{name}</span>
          <span className={`job-state job-state-${state}`}>{state}</span>
          <span className="letter-facts">
            <TimeAgo at={at} now={now} />
            <span aria-hidden="true"> · </span>
            <a href={board}>
              Bull Board<span className="unseen">: job {id}</span>
            </a>
          </span>
        </div>
        {text.trim() !== '' && <Reason text={text} />}
      </div>
    </li>
  )
}
