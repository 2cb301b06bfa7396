import type { ProbeResult } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { ago } from './age.ts'
import { isProbeStale } from './probe-history.ts'
import { ProbeTarget } from './probe-target.tsx'
import { Section } from './section.tsx'

interface Props {
  results: readonly ProbeResult[]
  old: ReactNode
  now: number
}

export function ProbeSection({ results, old, now }: Props) {
  const newest = results[0]
  if (!newest) {
    return (
      <Section id="probe" title="Probe" old={old}>
        <p className="empty">
          No probe has reported yet: <code>npm run probe -- --url … --results …</code>
        </p>
      </Section>
    )
  }
  const stale = isProbeStale(results, now) && (
    <span className="badge badge-warn">stale: the last result is from {ago(newest.time, now)}</span>
  )
  return (
    <Section id="probe" title="Probe" old={old} aside={stale}>
      {[...Map.groupBy(results, (result) => result.target)].map(([target, runs]) => (
        <ProbeTarget key={target} target={target} results={runs} now={now} />
      ))}
    </Section>
  )
}
