import { ago, secondsSince } from './age.ts'
import { clockTime, dateAndTime } from './instant.ts'
import { StatusIcon } from './status-icon.tsx'
import { useZone } from './use-zone.ts'

/** Two reports that did not come, whoever is to blame (this page, the server, or what feeds it), but no mere hiccup. */
function oldAfterSeconds(everyMs: number | null): number {
  return Math.max(3, (2.5 * (everyMs ?? 2000)) / 1000)
}

interface Props {
  at: string
  now: number
  /** How often reports come; null when that is not known yet. */
  everyMs: number | null
  lost: boolean
}

/** How old the newest information on the page is. */
export function InformationAge({ at, now, everyMs, lost }: Props) {
  const zone = useZone()
  const old = lost || secondsSince(at, now) > oldAfterSeconds(everyMs)
  return (
    <p className={old ? 'age age-old' : 'age'}>
      <span className="age-relative">
        {old && <StatusIcon status="warn" />}
        as of {ago(at, now)}
        {old && <span className="unseen"> (out of date)</span>}
      </span>{' '}
      <time className="age-absolute" dateTime={at} title={dateAndTime(at, zone)}>
        {clockTime(at, zone)}
      </time>
    </p>
  )
}
