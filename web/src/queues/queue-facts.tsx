import type { QueueSnapshot } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { span } from '../age.ts'
import { Section } from '../section.tsx'
import { TimeAgo } from '../time-ago.tsx'

const rate = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

/** How a queue moves. */
export function QueueFacts({ row, old, now }: { row: QueueSnapshot; old: ReactNode; now: number }) {
  const { oldest_waiting_s, per_minute, dead_letters_per_min, consumers, consuming, last_success_at } = row
  const facts: readonly [string, ReactNode][] = [
    ['Oldest waiting job', oldest_waiting_s === null ? 'none waits' : `waits for ${span(oldest_waiting_s)}`],
    ['Finished per minute', per_minute === null ? 'not known' : rate.format(per_minute)],
    ['Dead letters per minute', dead_letters_per_min === null ? 'not known' : growth(dead_letters_per_min)],
    ['Consumers', consumersInWords(consumers, consuming)],
    ['Last success', last_success_at ? <TimeAgo key="at" at={last_success_at} now={now} /> : 'none known'],
  ]
  return (
    <Section id="motion" title="Motion" old={old}>
      <dl className="motion">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const growth = (perMinute: number) => `${perMinute > 0 ? '+' : ''}${rate.format(perMinute)}`

function consumersInWords(consumers: number | null, consuming: boolean | null): string {
  if (consumers === null) return 'not known'
  const take = { true: ', jobs are taken', false: ', but no job is taken', null: '' }[`${consuming}`]
  return `${consumers} connected${take}`
}
