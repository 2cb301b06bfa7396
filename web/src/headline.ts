import type { HealthStatus, ProbeResult } from '@queue-ops/server/contract'
import { clockTime } from './instant.ts'
import { fleetSentence } from './queues/fleet-headline.ts'
import { isUnheard, watchedTarget, type Reading } from './reading.ts'

/** What colours the page: the state of the queue, or that it is not known. */
export type Tone = HealthStatus | 'unknown'

export interface Headline {
  tone: Tone
  word: string
  sentence: string
}

const words: Record<HealthStatus, string> = { operational: 'Operational', degraded: 'Degraded', down: 'Down' }

const toneOf = { pass: 'operational', warn: 'degraded', fail: 'down', unknown: 'unknown' } as const
const gravity: Record<Tone, number> = { unknown: 0, operational: 1, degraded: 2, down: 3 }

/** Whether the queue works, in a word and a sentence, with times of `zone`. Never green once the server is silent. */
export function headline(reading: Reading, zone?: string): Headline {
  const health = reading.report?.health
  if (reading.watch && !isUnheard(reading)) return headlineOfWatch(reading, zone)
  if (!health) {
    return reading.missed === 0
      ? { tone: 'unknown', word: 'Loading', sentence: 'Asking the server how the queue is.' }
      : { tone: 'unknown', word: 'No answer', sentence: 'The state of the queue is not known.' }
  }
  if (isUnheard(reading)) {
    const last = `Last known at ${clockTime(health.observed_at, zone)}: ${words[health.status].toLowerCase()}.`
    return { tone: 'unknown', word: 'No answer', sentence: `${last} ${health.summary}` }
  }
  return { tone: health.status, word: words[health.status], sentence: sentenceOf(reading) }
}

/** Of several queues each has its own in the table. */
const sentenceOf = ({ report }: Reading) => fleetSentence(report?.fleet ?? null) ?? report?.health.summary ?? ''

/** When the probe serves the page: the server's own word while it answers, unless a run met what it cannot know. */
function headlineOfWatch(reading: Reading, zone: string | undefined): Headline {
  const health = reading.report?.health
  if (reading.watch?.silence) {
    const last = health
      ? ` Last known at ${clockTime(health.observed_at, zone)}: ${words[health.status].toLowerCase()}.`
      : ''
    return { tone: 'down', word: words.down, sentence: `The server does not answer.${last}` }
  }
  const run = watchedTarget(reading)?.last_result ?? null
  if (!health && !run) return { tone: 'unknown', word: 'Loading', sentence: 'The probe has not run yet.' }
  const own: Tone = health?.status ?? 'unknown'
  const seen: Tone = run && (!health || isBeyondReport(run)) ? toneOf[run.status] : 'unknown'
  if (health && gravity[seen] <= gravity[own])
    return { tone: own, word: words[health.status], sentence: sentenceOf(reading) }
  const word = seen === 'unknown' ? 'Not known' : words[seen]
  return { tone: seen, word, sentence: run ? `The probe: ${run.message}` : '' }
}

/** What a report says itself is fresher there than in the last run; and who has just answered is not away. */
function isBeyondReport({ reason }: ProbeResult): boolean {
  return reason !== null && !['unhealthy', 'degraded', 'unreachable', 'own_fault'].includes(reason)
}

/** The name of the browser tab: `● down – mail`, or of how many queues that is the state: `● down – 3 of 20 queues`. */
export function tabTitle({ tone, word }: Headline, { report, watch }: Reading): string {
  const queues = report?.fleet?.queues ?? []
  const such = queues.filter(({ status }) => status === tone)
  const [only] = such
  const several =
    such.length === queues.length ? `${queues.length} queues` : `${such.length} of ${queues.length} queues`
  const main = report?.health.queue ?? watch?.target ?? 'queue status'
  const about = queues.length < 2 || !only ? main : such.length === 1 ? only.queue : several
  return `${tone === 'unknown' ? '○' : '●'} ${word.toLowerCase()} – ${about}`
}
