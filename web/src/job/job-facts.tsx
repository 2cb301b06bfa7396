import type { GetJobOutput } from '@queue-ops/server/contract'
import { took } from '../age.ts'
import { Fact } from '../fact.tsx'
import { Moment } from '../moment.tsx'

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
