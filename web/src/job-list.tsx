import type { FoundJob } from '@queue-ops/server/contract'
import { useState, type ReactNode } from 'react'
import { JobRow } from './job-row.tsx'
import { counted, grouped } from './numbers.ts'
import type { Wanted } from './operations/wanted.ts'
import { allSelected, noneSelected, toggled } from './selection.ts'
import { useListKeys } from './use-list-keys.ts'

/** More ids are not taken at once: a group or a filter says the same shorter. */
const MOST_IDS = 1000

interface Props {
  queue: string
  jobs: readonly FoundJob[]
  now: number
  /** What the list is the beginning of, when all of it can be handled at once. */
  whole?: { count: number; name: string }
  reload?: () => void
  /** Asks for something done with the chosen jobs, or with the whole (null). Null: nothing can be changed here. */
  want: ((kind: Wanted['kind'], ids: string[] | null) => void) | null
}

/** Jobs to look into and to choose from: by pointer, with shift for a range, or by `j`, `k` and `x`. */
export function JobList({ queue, jobs, now, whole, reload, want }: Props) {
  const [selection, setSelection] = useState(noneSelected)
  const [isWhole, setWhole] = useState(false)
  const order = jobs.filter(({ state }) => state === 'failed').map(({ job_id: id }) => id)
  const chosen = order.filter((id) => selection.ids.has(id))
  const choose = (id: string | null, isRange: boolean) => {
    if (!want || id === null || !order.includes(id)) return
    setWhole(false)
    setSelection(toggled(selection, order, id, isRange))
  }
  const act = (kind: Wanted['kind']) => {
    if (isWhole || chosen.length > 0) want?.(kind, isWhole ? null : chosen.slice(0, MOST_IDS))
  }
  const clear = () => {
    setWhole(false)
    setSelection(noneSelected)
  }
  const list = useListKeys({
    x: (id) => choose(id, false),
    X: (id) => choose(id, true),
    r: () => act('retry'),
    d: () => act('discard'),
    Escape: clear,
  })
  const count = isWhole && whole ? whole.count : chosen.length

  return (
    <>
      <div className="list-tools">
        {want && order.length > 0 && (
          <>
            <button
              type="button"
              className="button"
              onClick={count > 0 ? clear : () => setSelection(allSelected(order))}
            >
              {count > 0 ? 'Select none' : `Select the ${counted(order.length, 'dead letter')} shown`}
            </button>
            {whole && !isWhole && (
              <button type="button" className="button" onClick={() => setWhole(true)}>
                Select all {grouped(whole.count)} of the {whole.name}
              </button>
            )}
            <Actions count={count} act={act} />
            {!isWhole && count > MOST_IDS && (
              <span className="hint">At most {grouped(MOST_IDS)} one by one at once: the first are taken.</span>
            )}
          </>
        )}
        {reload && (
          <button type="button" className="button list-reload" onClick={reload}>
            Reload
          </button>
        )}
      </div>
      <ul className="rows jobs" ref={list}>
        {jobs.map((job) => (
          <JobRow
            key={job.job_id}
            queue={queue}
            job={job}
            now={now}
            isChosen={isWhole || selection.ids.has(job.job_id)}
            choose={want && job.state === 'failed' ? (isRange) => choose(job.job_id, isRange) : null}
          />
        ))}
      </ul>
    </>
  )
}

function Actions({ count, act }: { count: number; act: (kind: Wanted['kind']) => void }): ReactNode {
  return (
    <>
      <span className="list-count" role="status">
        {count === 0 ? 'None selected' : `${counted(count, 'job')} selected`}
      </span>
      <button type="button" className="button button-main" disabled={count === 0} onClick={() => act('retry')}>
        Retry …
      </button>
      <button type="button" className="button button-danger" disabled={count === 0} onClick={() => act('discard')}>
        Discard …
      </button>
    </>
  )
}
