import type { Patience } from '../exports/until-over.ts'
import type { Call } from './call.ts'

/** Passes on to a client how an export goes. A progress never goes back, as the protocol asks, also when an attempt starts over. */
export function tellProgress(call: Pick<Call, 'progress'>): NonNullable<Patience['told']> {
  let last = -1
  return (state, progress) => {
    const rows = progress?.rows ?? 0
    if (rows <= last) return
    last = rows
    const total = progress?.total ?? null
    // Rows may be added to a table while it is read.
    void call.progress({ progress: rows, total: total === null ? null : Math.max(rows, total), message: words() })

    function words(): string {
      if (!progress) return `The export is ${state}.`
      return total === null ? `${rows} rows written` : `${rows} of ${total} rows written`
    }
  }
}
