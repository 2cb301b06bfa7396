import type { CheckStatus, ProbeResult } from '@queue-ops/server/contract'
import { took } from './age.ts'
import { dateAndTime } from './instant.ts'

const places = 60
const pitch = 10
const width = 8
const full = 32
// What is not well also stands higher, so the bar can be read without its colours.
const heights: Record<CheckStatus, number> = { pass: 18, unknown: 18, warn: 25, fail: full }

interface Props {
  results: readonly ProbeResult[]
  /** Id of the text that says in words what the bar shows. */
  summaryId: string
}

/** One bar per run, oldest left, newest right. Results are newest first. */
export function ProbeBar({ results, summaryId }: Props) {
  return (
    <svg
      className="probe-bar"
      viewBox={`0 0 ${places * pitch - (pitch - width)} ${full}`}
      preserveAspectRatio="none"
      role="img"
      aria-labelledby={summaryId}
    >
      {Array.from({ length: places }, (_, place) => {
        const result = results[place]
        const x = (places - 1 - place) * pitch
        if (!result) return <rect key={x} className="probe-none" x={x} y={full - 4} width={width} height={4} />
        const height = heights[result.status]
        return (
          <rect key={x} className={`probe-${result.status}`} x={x} y={full - height} width={width} height={height}>
            <title>{inWords(result)}</title>
          </rect>
        )
      })}
    </svg>
  )
}

function inWords({ time, status, message, duration_ms }: ProbeResult): string {
  const run = `${dateAndTime(time)}: ${status}, ${took(duration_ms)}`
  return status === 'pass' ? run : `${run}\n${message}`
}
