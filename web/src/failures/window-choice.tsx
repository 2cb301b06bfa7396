import { useState, type FormEvent } from 'react'
import { useZone } from '../use-zone.ts'
import { isOpen, windowWords, type TimeWindow } from './time-window.ts'

const spans = [
  { name: '15 min', minutes: 15 },
  { name: '1 h', minutes: 60 },
  { name: '24 h', minutes: 24 * 60 },
  { name: '7 d', minutes: 7 * 24 * 60 },
]

interface Props {
  window: TimeWindow
  now: number
  choose: (window: TimeWindow) => void
}

/** Which time is looked at. What is chosen is a fixed time, so that the address shows others the same. */
export function WindowChoice({ window, now, choose }: Props) {
  const zone = useZone()
  const last = (minutes: number) => choose({ after: new Date(now - minutes * 60_000).toISOString(), before: null })
  return (
    <div className="window-choice">
      <div className="choices" role="group" aria-label="Failed in the last">
        <button type="button" aria-pressed={isOpen(window)} onClick={() => choose({ after: null, before: null })}>
          All
        </button>
        {spans.map(({ name, minutes }) => (
          <button key={name} type="button" onClick={() => last(minutes)}>
            Last {name}
          </button>
        ))}
      </div>
      <details className="window-exact">
        <summary>{isOpen(window) ? 'Between two times' : windowWords(window, zone)}</summary>
        <WindowForm key={`${window.after} ${window.before} ${zone}`} window={window} zone={zone} choose={choose} />
      </details>
    </div>
  )
}

interface FormProps extends Omit<Props, 'now'> {
  zone: string | undefined
}

function WindowForm({ window, zone, choose }: FormProps) {
  const [after, setAfter] = useState(typedOf(window.after, zone))
  const [before, setBefore] = useState(typedOf(window.before, zone))
  function apply(event: FormEvent) {
    event.preventDefault()
    choose({ after: instantOf(after, zone), before: instantOf(before, zone) })
  }
  return (
    <form className="window-form" onSubmit={apply}>
      <label>
        Failed after
        <input type="datetime-local" step={1} value={after} onChange={(event) => setAfter(event.target.value)} />
      </label>
      <label>
        and before
        <input type="datetime-local" step={1} value={before} onChange={(event) => setBefore(event.target.value)} />
      </label>
      <button className="button">Show</button>
    </form>
  )
}

/** As the field writes it: a date and a time without a zone, in that in which times are shown. */
function typedOf(instant: string | null, zone: string | undefined): string {
  if (instant === null) return ''
  const at = new Date(instant)
  const ahead = zone === 'UTC' ? 0 : at.getTimezoneOffset() * 60_000
  return new Date(at.getTime() - ahead).toISOString().slice(0, 19)
}

function instantOf(typed: string, zone: string | undefined): string | null {
  if (typed === '') return null
  return new Date(zone === 'UTC' ? `${typed}Z` : typed).toISOString()
}
