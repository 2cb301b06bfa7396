import type { FleetSnapshot } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { Section } from '../section.tsx'
import { goTo } from '../use-place.ts'
import { addressOf } from '../route.ts'
import { arrange, arrangementQuery, readArrangement, sortedBy, type Arrangement } from './arrange.ts'
import { columns, type Column } from './columns.ts'
import { QueueRow } from './queue-row.tsx'

interface Props {
  fleet: FleetSnapshot
  /** What stands behind the `?` of the address. */
  query: URLSearchParams
  old: ReactNode
  now: number
}

/** All queues with what matters of each; what is not well first. */
export function QueuesTable({ fleet: { queues, unread = [] }, query, old, now }: Props) {
  const arrangement = readArrangement(query)
  const shown = arrange(queues, arrangement)
  const put = (next: Arrangement) => {
    const kept = { target: query.get('target'), ...arrangementQuery(next) }
    goTo(addressOf({ view: 'overview' }, kept), { replace: true })
  }
  return (
    <Section
      id="fleet"
      title="Queues"
      old={old}
      aside={
        <span className="hint">
          {shown.length === queues.length ? queues.length : `${shown.length} of ${queues.length}`}
        </span>
      }
    >
      <Tools arrangement={arrangement} put={put} isLong={queues.length > 5} />
      {shown.length === 0 && <p className="empty">No queue is called so or is in such a state.</p>}
      {shown.length > 0 && (
        <table className="table queues-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} arrangement={arrangement} put={put} />
              ))}
            </tr>
          </thead>
          {shown.map((queue) => (
            <QueueRow key={queue.queue} queue={queue} now={now} />
          ))}
        </table>
      )}
      {unread.map(({ queue, reason }) => (
        <p key={queue} className="empty">
          The queue <span className="mono">{queue}</span> could not be read: {reason}
        </p>
      ))}
    </Section>
  )
}

interface Arranging {
  arrangement: Arrangement
  put(arrangement: Arrangement): void
}

function Head({ column, arrangement, put }: Arranging & { column: Column }) {
  const { sort } = arrangement
  const isSorted = sort?.key === column.key
  const order = sort?.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" className={column.key} aria-sort={isSorted ? order : undefined}>
      <button type="button" onClick={() => put({ ...arrangement, sort: sortedBy(column, sort) })}>
        {column.title}
        <span className="sort-mark" aria-hidden="true">
          {isSorted && (sort.isDescending ? '▾' : '▴')}
        </span>
      </button>
    </th>
  )
}

/** A few queues are seen at once. */
function Tools({ arrangement, put, isLong }: Arranging & { isLong: boolean }) {
  const { filter, sort } = arrangement
  if (!isLong && filter === '' && sort === null) return null
  return (
    <div className="queues-tools">
      <input
        type="search"
        aria-label="Filter queues by name or state"
        placeholder="Name or state"
        value={filter}
        onChange={(event) => put({ ...arrangement, filter: event.target.value })}
      />
      {/* Where there is no room for the heads of the columns. */}
      <select
        className="queues-sort"
        aria-label="Sort queues by"
        value={sort?.key ?? ''}
        onChange={({ target: { value } }) => {
          const column = columns.find(({ key }) => key === value)
          put({ ...arrangement, sort: column ? sortedBy(column, null) : null })
        }}
      >
        <option value="">What is not well first</option>
        {columns.map(({ key, title }) => (
          <option key={key} value={key}>
            By {title.toLowerCase()}
          </option>
        ))}
      </select>
      {sort && (
        <button className="more" type="button" onClick={() => put({ ...arrangement, sort: null })}>
          What is not well first
        </button>
      )}
    </div>
  )
}
