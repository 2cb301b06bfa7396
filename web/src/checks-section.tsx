import type { Check } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import { checkNumbers } from './check-numbers.ts'
import { Section } from './section.tsx'
import { StatusWord } from './status-word.tsx'

export function ChecksSection({ checks, old }: { checks: readonly Check[]; old: ReactNode }) {
  return (
    <Section id="checks" title="Checks" old={old} aside={!old && <span className="hint">as health_check answers</span>}>
      {checks.length === 0 ? (
        <p className="empty">The server reports no checks.</p>
      ) : (
        <ul className="rows">
          {checks.map((check) => (
            <li className="check" key={check.name}>
              <StatusWord status={check.status} />
              <h3 className="check-name">{check.name}</h3>
              <div className="check-result">
                <p className="message">{check.message}</p>
                <Numbers check={check} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
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
