import { ago } from './age.ts'
import { dateAndTime } from './instant.ts'

/** How long ago, with the moment itself for pointers and machines. */
export function TimeAgo({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={dateAndTime(at)}>
      {ago(at, now)}
    </time>
  )
}
