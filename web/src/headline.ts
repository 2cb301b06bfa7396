import type { HealthStatus } from '@queue-ops/server/contract'
import { clockTime } from './instant.ts'
import { isLost, type Reading } from './reading.ts'

/** What colours the page: the state of the queue, or that it is not known. */
export type Tone = HealthStatus | 'unknown'

export interface Headline {
  tone: Tone
  word: string
  sentence: string
}

const words: Record<HealthStatus, string> = { operational: 'Operational', degraded: 'Degraded', down: 'Down' }

/** Whether the queue works, in a word and a sentence. Never green once the server is silent. */
export function headline(reading: Reading): Headline {
  const health = reading.report?.health
  if (!health) {
    return reading.missed === 0
      ? { tone: 'unknown', word: 'Loading', sentence: 'Asking the server how the queue is.' }
      : { tone: 'unknown', word: 'No answer', sentence: 'The state of the queue is not known.' }
  }
  if (isLost(reading)) {
    const last = `Last known at ${clockTime(health.observed_at)}: ${words[health.status].toLowerCase()}.`
    return { tone: 'unknown', word: 'No answer', sentence: `${last} ${health.summary}` }
  }
  return { tone: health.status, word: words[health.status], sentence: health.summary }
}

/** The name of the browser tab: `● down – exports`. */
export function tabTitle({ tone, word }: Headline, queue: string | undefined): string {
  return `${tone === 'unknown' ? '○' : '●'} ${word.toLowerCase()} – ${queue ?? 'queue status'}`
}
