import { ago, secondsSince } from './age.ts'
import { clockTime, dateAndTime } from './instant.ts'
import { StatusIcon } from './status-icon.tsx'
import { useZone } from './use-zone.ts'

/** Five polls: more than a slow answer, whoever is to blame (this page, the server, or what feeds it). */
const oldAfterSeconds = 10

interface Props {
  at: string
  now: number
  lost: boolean
}

/** How old the newest information on the page is. */
export function InformationAge({ at, now, lost }: Props) {
  const zone = useZone()
  const old = lost || secondsSince(at, now) > oldAfterSeconds
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
