import type { GetJobOutput } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { took } from '../age.ts'
import { dateAndTime } from '../instant.ts'
import { TimeAgo } from '../time-ago.tsx'

export function JobFacts({ job, now }: { job: GetJobOutput; now: number }) {
  const { name, state, attempts, created_at: added, started_at: started, finished_at: ended } = job
  return (
    <dl className="facts">
      <Fact name="Name">
        <span className="mono">{name}</span>
      </Fact>
      <Fact name="State">
        <span className={`job-state job-state-${state}`}>{state}</span>
      </Fact>
      <Fact name="Attempts">
        {attempts.made} of {attempts.max}
      </Fact>
      <Fact name="Added">
        <Moment at={added} now={now} />
      </Fact>
      <Fact name="Started">{started ? <Moment at={started} now={now} /> : 'not yet'}</Fact>
      <Fact name="Ended">{ended ? <Moment at={ended} now={now} /> : 'not yet'}</Fact>
      {started && ended && <Fact name="The last attempt took">{took(Date.parse(ended) - Date.parse(started))}</Fact>}
    </dl>
  )
}

function Moment({ at, now }: { at: string; now: number }) {
  return (
    <>
      {dateAndTime(at)} (<TimeAgo at={at} now={now} />)
    </>
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
