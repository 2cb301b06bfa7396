import type { DeadLetter } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { Reason } from './reason.tsx'
import { Section } from './section.tsx'
import { TimeAgo } from './time-ago.tsx'

interface Props {
  /** Null until a queue was seen. */
  letters: readonly DeadLetter[] | null
  /** How many there are in all; the list has the latest. */
  failed: number
  old: ReactNode
  now: number
}

export function DeadLettersSection({ letters, failed, old, now }: Props) {
  return (
    <Section
      id="dead-letters"
      title="Latest dead letters"
      old={old}
      aside={letters && letters.length > 0 && <span className="hint">{shownOf(letters.length, failed)}</span>}
    >
      {!letters && <p className="empty">Not known: no answer of the store was seen yet.</p>}
      {letters?.length === 0 && <p className="empty">No dead letters: no job has failed all its attempts.</p>}
      {letters && letters.length > 0 && (
        <ul className="rows">
          {letters.map((letter) => (
            <Letter key={letter.job_id} letter={letter} now={now} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function shownOf(shown: number, failed: number): string {
  return failed > shown ? `${shown} of ${new Intl.NumberFormat('en-GB').format(failed)}` : `${shown}`
}

function Letter({ letter, now }: { letter: DeadLetter; now: number }) {
  return (
    <li className="letter">
      <div className="letter-head">
        <a className="mono job-link" href={letter.board_url}>
          {letter.job_id}
        </a>
        <span className="letter-name">{letter.name}</span>
        <span className="letter-facts">
          {letter.attempts === 1 ? '1 attempt' : `${letter.attempts} attempts`}
          <span aria-hidden="true"> · </span>
          {letter.failed_at ? <TimeAgo at={letter.failed_at} now={now} /> : 'time not known'}
        </span>
      </div>
      <Reason text={letter.reason} />
    </li>
  )
}
