import type { CheckStatus } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import type { Headline, Tone } from './headline.ts'
import { StatusIcon } from './status-icon.tsx'

const icons: Record<Tone, CheckStatus> = { operational: 'pass', degraded: 'warn', down: 'fail', unknown: 'unknown' }

interface Props {
  headline: Headline
  /** The queue that it is about, when that is but one. */
  queue: string | undefined
  /** One line rather than the first thing one sees: for views that are about something else. */
  isSmall: boolean
  /** How long it has been like this: `for 3 h`; null when that is not known. */
  lasting: string | null
  age: ReactNode
}

/** Whether it works, on every view. */
export function PageHeader({ headline, queue, isSmall, lasting, age }: Props) {
  return (
    <div className={`band band-${headline.tone} ${isSmall ? 'band-small' : ''}`}>
      <div className="wide headline">
        <StatusIcon status={icons[headline.tone]} />
        <div className="headline-text">
          {/* Only the word is spoken when it changes; the sentence has numbers in it and the age counts. */}
          <div role="status">
            <h1>
              <span className="unseen">{queue ? `Queue ${queue}: ` : 'Queues: '}</span>
              {headline.word}
            </h1>
          </div>
          {lasting && <p className="lasting">{lasting}</p>}
          <p className="sentence">{headline.sentence}</p>
        </div>
        {age}
      </div>
    </div>
  )
}
