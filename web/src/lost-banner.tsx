import { ago } from './age.ts'
import { clockTime } from './instant.ts'
import type { Problem } from './reading.ts'
import { StatusIcon } from './status-icon.tsx'
import { useZone } from './use-zone.ts'

interface Props {
  problem: Problem
  /** When what is shown was read; null when nothing was. */
  seenAt: string | null
  now: number
}

export function LostBanner({ problem, seenAt, now }: Props) {
  const zone = useZone()
  const seen = seenAt
    ? `what you see is from ${clockTime(seenAt, zone)} (${ago(seenAt, now)}).`
    : 'nothing has been seen since this page was opened.'
  return (
    <div className="lost">
      <div className="wide lost-text">
        <StatusIcon status="fail" />
        <p>
          <b>
            {problem.what}; {seen}
          </b>{' '}
          {problem.detail} Asking again every 2 s.
        </p>
      </div>
    </div>
  )
}
