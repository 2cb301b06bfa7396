import { ago } from './age.ts'
import { clockTime } from './instant.ts'
import { useZone } from './use-zone.ts'

/** Says of a section that it is not of now but of an earlier moment. */
export function OldMark({ at, now }: { at: string; now: number }) {
  const zone = useZone()
  return (
    <span className="badge badge-old">
      as of {clockTime(at, zone)}, {ago(at, now)}
    </span>
  )
}
