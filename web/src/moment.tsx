import { dateAndTime } from './instant.ts'
import { TimeAgo } from './time-ago.tsx'
import { useZone } from './use-zone.ts'

/** When, and how long ago that is. */
export function Moment({ at, now }: { at: string; now: number }) {
  return (
    <>
      {dateAndTime(at, useZone())} (<TimeAgo at={at} now={now} />)
    </>
  )
}
