import type { WorkerStatus } from '@queue-ops/server/contract'
import { type ReactNode, useState } from 'react'
import { secondsSince, span } from './age.ts'
import { Link } from './link.tsx'
import { Section } from './section.tsx'
import { TimeAgo } from './time-ago.tsx'

const fewEnough = 12
const jobsShown = 5
/** A worker beats every second or two: past that it hangs or is gone. */
const silentAfterSeconds = 15
/** Past that a worker answers late, whatever it does. */
const slowAfterMs = 200

interface Props {
  workers: readonly WorkerStatus[]
  queue: string
  old: ReactNode
  now: number
}

/** Workers by what they say of themselves: where they run, what they do and since when. */
export function WorkersSection({ workers, queue, old, now }: Props) {
  const [all, setAll] = useState(false)
  return (
    <Section id="workers" title="Workers" old={old} aside={<Beating workers={workers} />}>
      {workers.length === 0 && <p className="empty">No worker of this version says anything of itself.</p>}
      {workers.length > 0 && (
        <table className="table workers-table">
          <thead>
            <tr>
              <th scope="col">Host and process</th>
              <th scope="col">Version</th>
              <th scope="col">Runs for</th>
              <th scope="col">Last beat</th>
              <th scope="col">Loop delay</th>
              <th scope="col">Jobs now</th>
            </tr>
          </thead>
          <tbody>
            {workers.slice(0, all ? undefined : fewEnough).map((worker) => (
              <WorkerRow key={worker.worker} worker={worker} queue={queue} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {workers.length > fewEnough && (
        <button className="more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show only ${fewEnough}` : `Show all ${workers.length}`}
        </button>
      )}
    </Section>
  )
}

function Beating({ workers }: Pick<Props, 'workers'>) {
  const silent = workers.filter(isSilent).length
  return (
    <span className="hint">
      {workers.length - silent} beating{silent > 0 && `, ${silent} silent`}
    </span>
  )
}

const isSilent = ({ heartbeat_age_s }: WorkerStatus) => heartbeat_age_s > silentAfterSeconds

function WorkerRow({ worker, queue, now }: { worker: WorkerStatus; queue: string; now: number }) {
  const { host, pid, version, started_at, heartbeat_age_s, event_loop_delay_ms } = worker
  return (
    <tr>
      <td className="mono" data-label="Process">
        {host} <span className="hint">pid {pid}</span>
      </td>
      <td data-label="Version">{version}</td>
      <td className="nowrap" data-label="Runs for">
        {span(secondsSince(started_at, now))}
      </td>
      <td className="nowrap" data-label="Last beat">
        <Warned isWarned={isSilent(worker)}>{span(heartbeat_age_s)} ago</Warned>
      </td>
      <td className="nowrap" data-label="Loop delay">
        <Warned isWarned={event_loop_delay_ms > slowAfterMs}>{Math.round(event_loop_delay_ms)} ms</Warned>
      </td>
      <td className="below" data-label="Jobs">
        <Jobs worker={worker} queue={queue} now={now} />
      </td>
    </tr>
  )
}

function Warned({ isWarned, children }: { isWarned: boolean; children: ReactNode }) {
  return isWarned ? <span className="badge badge-warn">{children}</span> : children
}

function Jobs({ worker, queue, now }: { worker: WorkerStatus; queue: string; now: number }) {
  const { jobs, concurrency, last_finished_at } = worker
  const more = jobs.length - jobsShown
  return (
    <>
      {jobs.length === 0 && 'none'}
      {jobs.slice(0, jobsShown).map(({ job_id, since }) => (
        <span className="worker-job" key={job_id}>
          <Link className="mono" to={{ view: 'job', queue, jobId: job_id }}>
            {job_id}
          </Link>{' '}
          for {span(secondsSince(since, now))}
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
      <span className="hint">
        {' '}
        of {concurrency} at once
        {last_finished_at && (
          <>
            , last one finished <TimeAgo at={last_finished_at} now={now} />
          </>
        )}
      </span>
    </>
  )
}
