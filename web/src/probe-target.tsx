import type { ProbeResult } from '@queue-ops/server/contract'
import { useId } from 'react'
import { latencyInWords } from './latency.ts'
import { ProbeBar } from './probe-bar.tsx'
import { probeSummary, runBars, runPlaces } from './probe-history.ts'
import { ProbeTable } from './probe-table.tsx'
import { useZone } from './use-zone.ts'

interface Props {
  target: string
  results: readonly ProbeResult[]
  now: number
}

/** What the probe saw of one server. */
export function ProbeTarget({ target, results, now }: Props) {
  const summaryId = useId()
  const latency = latencyInWords(results)
  const zone = useZone()
  return (
    <div className="target">
      <figure className="history">
        <ProbeBar bars={runBars(results, zone)} places={runPlaces} summaryId={summaryId} />
        <figcaption id={summaryId}>
          <span>
            {probeSummary(results, now)} {latency && `${latency}.`}
          </span>{' '}
          <span className="mono target-url">{target}</span>
        </figcaption>
      </figure>
      <ProbeTable results={results.slice(0, 5)} now={now} />
    </div>
  )
}
