import type { HistoryRollup, WatchedTarget } from '@queue-ops/server/contract'
import { useId, useState } from 'react'
import { ago, secondsSince, took } from './age.ts'
import { countsInWords, spanBars, spans, spanSummary, type Span } from './history-spans.ts'
import { dateAndTime } from './instant.ts'
import { ProbeBar } from './probe-bar.tsx'
import { runPlaces } from './probe-history.ts'
import { ProbeTarget } from './probe-target.tsx'
import { Section } from './section.tsx'
import { StatusWord } from './status-word.tsx'
import { useHistory } from './use-history.ts'
import { useZone } from './use-zone.ts'

const rowsShown = 12
const choices = { raw: 'Runs', hour: spans.hour.title, day: spans.day.title } as const
type Choice = keyof typeof choices

interface Props {
  target: WatchedTarget
  now: number
}

/** What the probe saw of a server: the last runs, or the hours and days before. */
export function HistorySection({ target, now }: Props) {
  const [choice, setChoice] = useState<Choice>('raw')
  const limit = choice === 'raw' ? runPlaces : spans[choice].places
  const { history, problem } = useHistory(target.name, choice, limit, target.last_result?.time ?? null)
  const isChosen = history?.resolution === choice
  return (
    <Section id="history" title="History of the probe" old={null} aside={<Stale target={target} now={now} />}>
      <div className="choices" role="group" aria-label="History by">
        {(Object.keys(choices) as Choice[]).map((each) => (
          <button key={each} type="button" aria-pressed={each === choice} onClick={() => setChoice(each)}>
            {choices[each]}
          </button>
        ))}
      </div>
      {problem !== null && <p className="empty">The history cannot be read: {problem}</p>}
      {history?.problem && <p className="empty">The history is not being written: {history.problem}.</p>}
      {isChosen && choice === 'raw' && history.results.length > 0 && (
        <ProbeTarget target={target.name} results={history.results} now={now} />
      )}
      {isChosen && choice === 'raw' && history.results.length === 0 && (
        <p className="empty">No run in the last hour.</p>
      )}
      {isChosen && choice !== 'raw' && <Rollups rollups={history.rollups} span={choice} now={now} />}
      {!isChosen && problem === null && <p className="empty">Loading …</p>}
    </Section>
  )
}

/** A probe that does not run any more sees nothing. */
function Stale({ target: { last_result, interval_ms }, now }: Props) {
  if (!last_result || secondsSince(last_result.time, now) <= (3 * interval_ms) / 1000 + 60) return null
  return <span className="badge badge-warn">stale: the last run is from {ago(last_result.time, now)}</span>
}

function Rollups({ rollups, span, now }: { rollups: readonly HistoryRollup[]; span: Span; now: number }) {
  const summaryId = useId()
  const zone = useZone()
  return (
    <div className="target">
      <figure className="history">
        <ProbeBar bars={spanBars(rollups, span, now, zone)} places={spans[span].places} summaryId={summaryId} />
        <figcaption id={summaryId}>{spanSummary(rollups, span)}</figcaption>
      </figure>
      <table className="table probe-table">
        <caption className="unseen">{spans[span].title} in which the probe ran, newest first</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Worst</th>
            <th scope="col">Runs</th>
            <th scope="col" className="right">
              Duration, mean and most
            </th>
          </tr>
        </thead>
        <tbody>
          {rollups.slice(0, rowsShown).map((rollup) => (
            <tr key={rollup.start}>
              <td className="nowrap">{dateAndTime(rollup.start, zone)}</td>
              <td>
                <StatusWord status={rollup.status} />
              </td>
              <td className="message below">
                {countsInWords(rollup)}
                {rollup.dead_letters_max ? `; up to ${rollup.dead_letters_max} dead letters` : ''}
              </td>
              <td className="right nowrap">
                {took(rollup.duration_ms.avg)}, {took(rollup.duration_ms.max)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
