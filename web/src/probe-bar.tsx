import type { CheckStatus } from '@queue-ops/server/contract'
import type { Bar } from './history-spans.ts'

const pitch = 10
const width = 8
const full = 32
// What is not well also stands higher, so the bar can be read without its colours.
const heights: Record<CheckStatus, number> = { pass: 18, unknown: 18, warn: 25, fail: full }

interface Props {
  /** Newest first. */
  bars: readonly Bar[]
  places: number
  /** Id of the text that says in words what the bar shows. */
  summaryId: string
}

/** A bar for each run, hour or day, oldest left, newest right. */
export function ProbeBar({ bars, places, summaryId }: Props) {
  return (
    <svg
      className="probe-bar"
      viewBox={`0 0 ${places * pitch - (pitch - width)} ${full}`}
      preserveAspectRatio="none"
      role="img"
      aria-labelledby={summaryId}
    >
      {Array.from({ length: places }, (_, place) => {
        const bar = bars[place]
        const x = (places - 1 - place) * pitch
        if (!bar) return <rect key={x} className="probe-none" x={x} y={full - 4} width={width} height={4} />
        const height = heights[bar.status]
        return (
          <rect key={x} className={`probe-${bar.status}`} x={x} y={full - height} width={width} height={height}>
            <title>{bar.title}</title>
          </rect>
        )
      })}
    </svg>
  )
}
