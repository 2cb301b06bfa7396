import { useState, type FormEvent } from 'react'
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
        <summary>{isOpen(window) ? 'Between two times' : windowWords(window)}</summary>
        <WindowForm key={`${window.after} ${window.before}`} window={window} choose={choose} />
      </details>
    </div>
  )
}

function WindowForm({ window, choose }: Omit<Props, 'now'>) {
  const [after, setAfter] = useState(localOf(window.after))
  const [before, setBefore] = useState(localOf(window.before))
  function apply(event: FormEvent) {
    event.preventDefault()
    choose({ after: instantOf(after), before: instantOf(before) })
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

/** As the field writes it: in the zone of the reader, which the page's footer names. */
function localOf(instant: string | null): string {
  if (instant === null) return ''
  const at = new Date(instant)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

const instantOf = (local: string) => (local === '' ? null : new Date(local).toISOString())
