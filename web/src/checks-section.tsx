import type { Check } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { checkNumbers } from './check-numbers.ts'
import { Section } from './section.tsx'
import { StatusWord } from './status-word.tsx'
import { TimeAgo } from './time-ago.tsx'
import { troublesFirst } from './troubles-first.ts'

interface Props {
  /** The queue, where that is not clear. */
  of?: string | null
  checks: readonly Check[]
  old: ReactNode
  now: number
}

export function ChecksSection({ of = null, checks, old, now }: Props) {
  return (
    <Section
      id="checks"
      title={of === null ? 'Checks' : `Checks of ${of}`}
      old={old}
      aside={!old && <span className="hint">as health_check answers</span>}
    >
      {checks.length === 0 ? <p className="empty">The server reports no checks.</p> : <Checks {...{ checks, now }} />}
    </Section>
  )
}

/** What is not well first, with what to do about it. */
export function Checks({ checks, now }: Pick<Props, 'checks' | 'now'>) {
  return (
    <ul className="rows">
      {troublesFirst(checks).map((check) => (
        <li className="check" key={check.name}>
          <StatusWord status={check.status} />
          <h3 className="check-name">{check.name}</h3>
          <div className="check-result">
            <div className="message">
              <p>{check.message}</p>
              {check.action && <p className="check-action">{check.action}</p>}
              <Since check={check} now={now} />
            </div>
            <Numbers check={check} />
          </div>
        </li>
      ))}
    </ul>
  )
}

function Since({ check: { status, since }, now }: { check: Check; now: number }) {
  if (since === undefined || status === 'pass') return null
  return (
    <p className="hint">
      {status} since <TimeAgo at={since} now={now} />
    </p>
  )
}

function Numbers({ check }: { check: Check }) {
  const numbers = checkNumbers(check)
  if (numbers.length === 0) return null
  return (
    <dl className="numbers">
      {numbers.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
