import type { JobState, QueueStatus } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { Section } from './section.tsx'

// In the order in which a job goes through them.
const states: readonly JobState[] = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'waiting-children',
  'completed',
  'failed',
]
const count = new Intl.NumberFormat('en-GB')

/** `queue` is null until one was seen. */
export function CountsSection({
  queue,
  old,
}: {
  queue: Pick<QueueStatus, 'counts' | 'paused'> | null
  old: ReactNode
}) {
  const paused = queue?.paused && <span className="badge badge-warn">paused: no worker takes a new job</span>
  return (
    <Section id="counts" title="Jobs by state" old={old} aside={paused}>
      <dl className="tiles">
        {states.map((state) => (
          <div className={tileClass(state, queue?.counts[state])} key={state}>
            <dt>{state}</dt>
            <dd>{queue ? count.format(queue.counts[state]) : <NotKnown />}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

function tileClass(state: JobState, jobs: number | undefined): string {
  if (!jobs) return 'tile tile-none'
  return state === 'failed' ? 'tile tile-failed' : 'tile'
}

function NotKnown() {
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="unseen">not known</span>
    </>
  )
}
