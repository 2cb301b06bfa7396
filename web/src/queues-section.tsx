import type { QueueHealth } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { Checks } from './checks-section.tsx'
import { Section } from './section.tsx'

/** The further queues that are watched: what each says in a sentence, and what of it is not well. */
export function QueuesSection({ queues, old, now }: { queues: readonly QueueHealth[]; old: ReactNode; now: number }) {
  if (queues.length === 0) return null
  return (
    <Section id="queues" title="Further queues" old={old}>
      {queues.map(({ queue, summary, checks }) => (
        <div className="queue" key={queue}>
          <p className="message">{summary}</p>
          {checks.length > 0 && <Checks checks={checks} now={now} />}
        </div>
      ))}
    </Section>
  )
}
