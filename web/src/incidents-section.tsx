import type { Incident } from '@queue-ops/server/contract'
import { useState } from 'react'
import { secondsSince, span } from './age.ts'
import { dateAndTime, sinceWhen } from './instant.ts'
import { Section } from './section.tsx'
import { StatusIcon } from './status-icon.tsx'
import type { ReadHistory } from './use-history.ts'
import { useZone } from './use-zone.ts'

const shownAtFirst = 5

interface Props {
  read: ReadHistory
  now: number
}

/** What was wrong and for how long, what still is first. */
export function IncidentsSection({ read: { history, problem }, now }: Props) {
  const [all, setAll] = useState(false)
  const incidents = openFirst(history?.incidents ?? [])
  const open = incidents.filter(({ closed_at }) => closed_at === null).length
  return (
    <Section
      id="incidents"
      title="Incidents"
      old={null}
      aside={open > 0 && <span className="badge badge-fail">{open} open</span>}
    >
      {problem !== null && <p className="empty">The incidents cannot be read: {problem}</p>}
      {history && incidents.length === 0 && <p className="empty">No incident in the last year.</p>}
      {!history && problem === null && <p className="empty">Loading …</p>}
      <ul className="rows">
        {incidents.slice(0, all ? undefined : shownAtFirst).map((incident) => (
          <Row key={incident.id} incident={incident} now={now} />
        ))}
      </ul>
      {incidents.length > shownAtFirst && (
        <button className="more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${incidents.length}`}
        </button>
      )}
    </Section>
  )
}

/** They come newest first. */
const openFirst = (incidents: readonly Incident[]) =>
  incidents.toSorted((a, b) => Number(a.closed_at !== null) - Number(b.closed_at !== null))

function Row({ incident, now }: { incident: Incident; now: number }) {
  const zone = useZone()
  const { severity, message, reason, flapping, opened_at, closed_at } = incident
  const isOpen = closed_at === null
  const status = isOpen ? severity : 'pass'
  const lasted = span(secondsSince(opened_at, isOpen ? now : Date.parse(closed_at)))
  return (
    <li className="incident">
      <span className={`status status-${status}`}>
        <StatusIcon status={status} />
        {isOpen ? 'open' : 'over'}
      </span>
      <div className="message">
        <p>{message}</p>
        <p className="hint">
          {severity === 'fail' ? 'Failure' : 'Warning'}, {reason}
          {flapping && ', flapping'} · <time dateTime={opened_at}>{dateAndTime(opened_at, zone)}</time>
          {isOpen ? `, for ${lasted} now` : ` to ${sinceWhen(closed_at, Date.parse(opened_at), zone)}, ${lasted}`}
        </p>
      </div>
    </li>
  )
}
