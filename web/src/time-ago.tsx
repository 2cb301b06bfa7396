import { ago } from './age.ts'
import { dateAndTime } from './instant.ts'
import { useZone } from './use-zone.ts'

/** How long ago, with the moment itself for pointers and machines. */
export function TimeAgo({ at, now }: { at: string; now: number }) {
  const zone = useZone()
  return (
    <time dateTime={at} title={dateAndTime(at, zone)}>
      {ago(at, now)}
    </time>
  )
}
