import { ago } from './age.ts'
import { clockTime } from './instant.ts'

/** Says of a section that it is not of now but of an earlier moment. */
export function OldMark({ at, now }: { at: string; now: number }) {
  return (
    <span className="badge badge-old">
      as of {clockTime(at)}, {ago(at, now)}
    </span>
  )
}
