import type { CheckStatus } from '@queue-ops/server/contract'
import type { ReactNode } from 'react'
import type { Headline, Tone } from './headline.ts'
import { StatusIcon } from './status-icon.tsx'

const icons: Record<Tone, CheckStatus> = { operational: 'pass', degraded: 'warn', down: 'fail', unknown: 'unknown' }

interface Props {
  headline: Headline
  queue: string | undefined
  /** Whether the page comes from the probe. */
  isByProbe: boolean
  boardUrl: string | undefined
  age: ReactNode
  banner: ReactNode
}

export function PageHeader({ headline, queue, isByProbe, boardUrl, age, banner }: Props) {
  return (
    <header>
      <div className={`band band-${headline.tone}`}>
        <div className="wide">
          <div className="bar">
            <p className="product">
              <b>Queue Ops</b>
              {queue && <span className="queue-name">{queue}</span>}
              {isByProbe && <span className="seen-by">seen by the probe</span>}
            </p>
            {boardUrl && (
              <a className="board-link" href={boardUrl}>
                Open Bull Board
                <svg className="arrow" viewBox="0 0 16 16" aria-hidden="true">
                  <path d="M3 8h9M8 4l4 4-4 4" />
                </svg>
              </a>
            )}
          </div>
          <div className="headline">
            <StatusIcon status={icons[headline.tone]} />
            <div className="headline-text">
              {/* Only the word is spoken when it changes; the sentence has numbers in it and the age counts. */}
              <div role="status">
                <h1>
                  <span className="unseen">{queue ? `Queue ${queue}: ` : 'Queue: '}</span>
                  {headline.word}
                </h1>
              </div>
              <p className="sentence">{headline.sentence}</p>
            </div>
            {age}
          </div>
        </div>
      </div>
      {banner}
    </header>
  )
}
