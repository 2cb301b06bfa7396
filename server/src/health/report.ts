import type { Check, HealthReport, HealthStatus, QueueHealth } from '../contract.ts'
import { causesAmong } from './rules/causes.ts'
import type { Limits } from './rules/limits.ts'
import { queueRules, storeRules } from './rules/list.ts'
import { storeGone, type Finding, type Rule } from './rules/rule.ts'
import type { Seen, Signals } from './rules/signals.ts'
import { noteFound, takeIn, type Memory } from './trend.ts'

/** A time in which somebody works on a queue on purpose. */
export interface Maintenance {
  from: number
  until: number
  reason: string | null
}

/** What a queue is judged by. */
export interface QueueSettings {
  limits: Limits
  maintenance: readonly Maintenance[]
}

/** What is known of one queue after a look. */
export interface Judged {
  signals: Signals
  /** What was found of the store that it shares with others. */
  ofStore: Finding[]
  ofQueue: Finding[]
  /** That is under way, null when none is. */
  maintenance: Maintenance | null
}

/** Judges what was just seen in the light of the looks before. A pure function. */
export function judgeLook(before: Memory, seen: Seen, settings: QueueSettings): { memory: Memory; judged: Judged } {
  const { memory, trend } = takeIn(before, seen, settings.limits)
  const signals: Signals = { ...seen, trend }
  const at = seen.observedAt.getTime()
  const maintenance = settings.maintenance.find(({ from, until }) => from <= at && at < until) ?? null
  const ask = (rules: readonly Rule[]) =>
    rules
      .flatMap((rule) => rule(signals, settings.limits) ?? [])
      .map((finding) => (maintenance ? excused(finding) : finding))
  const [ofStore, ofQueue] = [ask(storeRules), ask(queueRules)]
  const noted = noteFound(
    memory,
    [...ofStore, ...ofQueue].map(({ check }) => check),
    at,
  )
  const dated = (finding: Finding): Finding => ({ ...finding, check: noted.dated(finding.check) })
  return {
    memory: noted.memory,
    judged: { signals, ofStore: ofStore.map(dated), ofQueue: ofQueue.map(dated), maintenance },
  }
}

/** What is broken while somebody works on it is no incident; it is told all the same. */
function excused(finding: Finding): Finding {
  if (finding.check.status !== 'fail') return finding
  return { ...finding, stops: false, check: { ...finding.check, ok: true, status: 'warn' } }
}

/** The store answers, but not even how many jobs there are: that nothing is known is not that nothing is wrong. */
const isBlind = ({ store, counts }: Signals) => store.reachable && counts === null

function statusOf(signals: Signals, findings: readonly Finding[]): HealthStatus {
  if (findings.some(({ stops }) => stops)) return 'down'
  const isTroubled = findings.some(({ check: { status } }) => status === 'warn' || status === 'fail')
  return isTroubled || isBlind(signals) ? 'degraded' : 'operational'
}

const worstFirst: HealthStatus[] = ['down', 'degraded', 'operational']

/** The report of one queue, and in short of further ones on the same store. */
export function reportHealth(main: Judged, watched: readonly Judged[] = []): HealthReport {
  const findings = [...main.ofStore, ...main.ofQueue]
  const checks = findings.map(({ check }) => check)
  const status = statusOf(main.signals, findings)
  const queues = watched.map((judged) => inShort(main, judged))
  const statuses = [status, ...queues.map((queue) => queue.status)]
  const troubled = queues.filter((queue) => queue.status !== 'operational').map(({ summary }) => summary)
  return {
    healthy: checks.every(({ ok }) => ok) && queues.every(({ healthy }) => healthy),
    status: worstFirst.find((status) => statuses.includes(status)) ?? 'operational',
    summary: [summarize(main, findings, status), ...troubled].join(' '),
    queue: main.signals.queue,
    observed_at: main.signals.observedAt.toISOString(),
    checks,
    ...(queues.length > 0 && { queues }),
  }
}

/** The store is told of once, by the main queue. */
function inShort({ signals: { store } }: Judged, watched: Judged): QueueHealth {
  const { queue } = watched.signals
  if (!store.reachable || !watched.signals.store.reachable) {
    return { queue, healthy: false, status: 'down', summary: `The queue "${queue}": ${storeGone}`, checks: [] }
  }
  const status = statusOf(watched.signals, watched.ofQueue)
  return {
    queue,
    healthy: watched.ofQueue.every(({ check }) => check.ok),
    status,
    summary: summarize(watched, watched.ofQueue, status),
    checks: watched.ofQueue.filter(({ check, never }) => check.status !== 'pass' && !never).map(({ check }) => check),
  }
}

function summarize({ signals, maintenance }: Judged, findings: readonly Finding[], status: HealthStatus): string {
  const { queue } = signals
  const declared = maintenance ? ` ${declaration(maintenance)}` : ''
  if (status === 'operational') return `The queue "${queue}" works: jobs are taken and finished.${declared}`
  if (isBlind(signals) && findings.every(({ check }) => check.status !== 'fail')) {
    return `The queue "${queue}" cannot be judged: its store answers, but does not tell how many jobs there are.${declared}`
  }
  const failing = findings.filter(({ check }) => check.status === 'fail')
  const told = (failing.length > 0 ? failing : findings.filter(({ check }) => check.status === 'warn')).map(
    ({ check }) => check,
  )
  const causes = causesAmong(told.map(({ name }) => name))
  const sentences = told.filter(({ name }) => causes.includes(name)).map(sentence)
  const others = told.filter(({ name }) => !causes.includes(name)).map(({ name }) => name)
  const also = others.length > 0 ? ` From that follows: ${others.join(', ')}.` : ''
  const verdict = status === 'down' ? 'does not work' : 'works, with problems'
  return `The queue "${queue}" ${verdict}: ${sentences.join(' ')}${also}${declared}`
}

const sentence = ({ message, action }: Check) => (action ? `${message} ${action}` : message)

function declaration({ until, reason }: Maintenance): string {
  const why = reason ? `: ${reason}` : ''
  return `Maintenance is declared until ${new Date(until).toISOString().slice(0, 16)}Z${why}.`
}
