import type { ProbeStatus } from '@queue-ops/server/contract'
import { secondsSince, span } from './age.ts'
import { sinceWhen } from './instant.ts'
import { StatusIcon } from './status-icon.tsx'
import { useZone } from './use-zone.ts'

interface Props {
  silence: NonNullable<ProbeStatus['silence']>
  /** Whether something is shown that was known before. */
  hasReport: boolean
  now: number
}

/** What the probe says of a server that does not answer. */
export function SilenceBanner({ silence: { since, detail }, hasReport, now }: Props) {
  const zone = useZone()
  return (
    <div className="lost">
      <div className="wide lost-text">
        <StatusIcon status="fail" />
        <p>
          <b>
            The server does not answer since <time dateTime={since}>{sinceWhen(since, now, zone)}</time> (
            {span(secondsSince(since, now))}): {detail}.
          </b>{' '}
          {hasReport
            ? 'What is marked as old below was known before. '
            : 'The probe has not seen its status since it was started itself. '}
          This page comes from the probe, which goes on asking.
        </p>
      </div>
    </div>
  )
}
