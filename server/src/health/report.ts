import type { Check, HealthReport, HealthStatus, QueueHealth } from '../contract.ts'
import { causesAmong } from './rules/causes.ts'
import type { Limits } from './rules/limits.ts'
import { queueRules, storeRules } from './rules/list.ts'
import { known, storeGone, type Finding, type Rule } from './rules/rule.ts'
import type { Seen, Signals } from './rules/signals.ts'
import { nextStanding, type Standing, type Verdict } from './standing.ts'
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
  /** How the queue stands after it, which a look that saw nothing does not change. */
  standing: Standing
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
  const judged = { signals, ofStore: ofStore.map(dated), ofQueue: ofQueue.map(dated), maintenance }
  const standing = nextStanding(memory.standing, verdictOf(judged))
  return { memory: { ...noted.memory, standing }, judged: { ...judged, standing } }
}

function verdictOf(judged: Omit<Judged, 'standing'>): Verdict {
  const { signals, ofStore, ofQueue } = judged
  const findings = [...ofStore, ...ofQueue]
  const status = statusOf(signals, findings)
  const at = signals.observedAt.getTime()
  const causes = findings.filter((found) => (status === 'down' ? found.stops : isTrouble(found)))
  const lacking = isBlind(signals) ? 'part' : findings.some(({ tooShort }) => tooShort) ? 'too_short' : null
  return {
    status,
    summary: summarize(judged, findings, status),
    at,
    causedSince: Math.min(at, ...causes.map(({ check }) => Date.parse(check.since ?? '') || at)),
    lacks: signals.store.reachable ? lacking : 'nothing',
    isIdle: isIdle(signals, findings),
  }
}

/** What is broken while somebody works on it is no incident; it is told all the same. */
function excused(finding: Finding): Finding {
  if (finding.check.status !== 'fail') return finding
  return { ...finding, stops: false, check: { ...finding.check, ok: true, status: 'warn' } }
}

/**
 * The store answers, but not how many jobs there are, whether any is taken or who takes them: that nothing is known is not that
 * nothing is wrong.
 */
const isBlind = ({ store, counts, facts, consumers }: Signals) =>
  store.reachable && (counts === null || consumers === null || facts === null || isMotionHidden(facts))

/** Jobs wait, and no consumer was seen since looking began, which is too short a time to say that none is there. */
const isIdle = ({ counts, paused }: Signals, findings: readonly Finding[]) =>
  counts !== null &&
  counts.waiting + counts.prioritized > 0 &&
  paused === false &&
  findings.some(({ check, tooShort }) => check.name === 'worker_running' && tooShort)

const isMotionHidden = (facts: Signals['facts']) => known(facts) && facts.unread.movement !== undefined

const isTrouble = ({ check: { status } }: Finding) => status === 'warn' || status === 'fail'

function statusOf(signals: Signals, findings: readonly Finding[]): HealthStatus {
  if (findings.some(({ stops }) => stops)) return 'down'
  return findings.some(isTrouble) || isBlind(signals) ? 'degraded' : 'operational'
}

const worstFirst: HealthStatus[] = ['down', 'degraded', 'operational']

/** The report of one queue, and in short of further ones on the same store. */
export function reportHealth(main: Judged, watched: readonly Judged[] = []): HealthReport {
  const findings = [...main.ofStore, ...main.ofQueue]
  const checks = findings.map(({ check }) => check)
  const status = statusOf(main.signals, findings)
  const queues = watched.map((judged) => inShort(main, judged))
  const statuses = [status, ...queues.map((queue) => queue.status)]
  const troubled = watched.flatMap((judged, at) => (isToldBy(main, judged) ? [] : (queues[at]?.summary ?? [])))
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

/** Whether there is nothing to say of a further queue but what the main one has said of their store. */
function isToldBy(main: Judged, watched: Judged): boolean {
  if (!main.signals.store.reachable) return true
  const findings = main.ofStore.some(isTrouble) ? ofQueueAlone(watched) : [...watched.ofStore, ...watched.ofQueue]
  return watched.signals.store.reachable && statusOf(watched.signals, findings) === 'operational'
}

/** Without what follows from the store. */
function ofQueueAlone({ ofStore, ofQueue }: Judged): Finding[] {
  const failing = [...ofStore, ...ofQueue].filter(isTrouble).map(({ check }) => check.name)
  const causes = causesAmong(failing)
  return ofStore.some(isTrouble)
    ? ofQueue.filter((found) => !isTrouble(found) || causes.includes(found.check.name))
    : ofQueue
}

/**
 * A further queue is as well as its own checks and the store allow. The checks of the store are told by the main queue; what it
 * has seen of the store at another moment counts too.
 */
function inShort(main: Judged, watched: Judged): QueueHealth {
  const { signals, maintenance } = watched
  const { queue } = signals
  const isAway = !main.signals.store.reachable || !signals.store.reachable
  const findings = [...watched.ofStore, ...watched.ofQueue]
  const checks = watched.ofQueue
    .filter(({ check, never }) => check.status !== 'pass' && !never)
    .map(({ check }) => check)
  if (isAway) {
    const summary = `The queue "${queue}": ${storeGone}${declared(maintenance)}`
    return { queue, healthy: maintenance !== null, status: maintenance ? 'degraded' : 'down', summary, checks: [] }
  }
  const status = statusOf(signals, findings)
  return {
    queue,
    healthy: findings.every(({ check }) => check.ok),
    status,
    summary: summarize(watched, findings, status),
    checks,
  }
}

function summarize(
  { signals, maintenance }: Omit<Judged, 'standing'>,
  findings: readonly Finding[],
  status: HealthStatus,
): string {
  const { queue } = signals
  const during = declared(maintenance)
  const unread = findings
    .filter((found) => found.unread && found.check.status === 'unknown')
    .map(({ check }) => check.name)
  const unknown = unread.length > 0 ? ` Not known: ${unread.join(', ')}.` : ''
  const told = worstOf(findings)
  if (told.length === 0) {
    if (isIdle(signals, findings)) {
      const idle = findings.find(({ check }) => check.name === 'worker_running')?.check.message
      return `The queue "${queue}" cannot be judged yet: jobs wait. ${idle}${unknown}${during}`
    }
    if (signals.counts === null && signals.store.reachable) {
      return `The queue "${queue}" cannot be judged: its store answers, but does not tell how many jobs there are.${during}`
    }
    const well = unread.length > 0 ? `What is seen of the queue "${queue}" works.` : worksWell(signals)
    return `${well}${unknown}${during}`
  }
  const causes = causesAmong(told.map(({ name }) => name))
  const sentences = new Set(told.filter(({ name }) => causes.includes(name)).map(sentence))
  const others = told.filter(({ name }) => !causes.includes(name)).map(({ name }) => name)
  const also = others.length > 0 ? ` From that follows: ${others.join(', ')}.` : ''
  const unsure = isBlind(signals)
    ? 'cannot be judged'
    : isIdle(signals, findings)
      ? 'cannot be judged yet'
      : 'works, with problems'
  const working = maintenance ? 'is being worked on' : unsure
  const verdict = status === 'down' ? 'does not work' : working
  return `The queue "${queue}" ${verdict}: ${[...sentences].join(' ')}${also}${unknown}${during}`
}

/** Those that fail, or those that warn when none does. */
function worstOf(findings: readonly Finding[]): Check[] {
  const failing = findings.filter(({ check }) => check.status === 'fail')
  return (failing.length > 0 ? failing : findings.filter(isTrouble)).map(({ check }) => check)
}

/** Only where it can be seen that jobs are taken is it said. */
const worksWell = ({ queue, facts }: Signals) =>
  facts === 'unsupported'
    ? `What is seen of the queue "${queue}" works; this store does not tell whether jobs are taken.`
    : `The queue "${queue}" works: jobs are taken and finished.`

const sentence = ({ message, action }: Check) => (action ? `${message} ${action}` : message)

const declared = (maintenance: Maintenance | null) => (maintenance ? ` ${declaration(maintenance)}` : '')

function declaration({ until, reason }: Maintenance): string {
  const why = reason ? `: ${reason}` : ''
  return `Maintenance is declared until ${new Date(until).toISOString().slice(0, 16)}Z${why}.`
}
