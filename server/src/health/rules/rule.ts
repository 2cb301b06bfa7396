import type { Check, CheckStatus, CheckUnit } from '../../contract.ts'
import type { Limits, Level } from './limits.ts'
import type { FactPart, QueueFacts } from '../../queue/queue-facts.ts'
import type { Signals } from './signals.ts'

/** What a rule finds. */
export interface Finding {
  check: Check
  /** With this, no job gets done. */
  stops: boolean
  /** It is not known and never will be, on this store or in a queue of another application. */
  never: boolean
  /** It is not known, though it could be: the signal was not read. */
  unread: boolean
  /** It would be worse if looking had not begun so short a time ago. */
  tooShort?: true
}

/** One question about the signals. A pure function: no clock, no store. Null: the question has no meaning here. */
export type Rule = (signals: Signals, limits: Limits) => Finding | null

/** What a check says beside its status and its sentence. */
export type Told = Partial<Omit<Check, 'name' | 'ok' | 'status' | 'message'>>

/** Makes a finding of a status: `ok` is false only when it fails. */
export function finding(name: string, status: CheckStatus, message: string, told: Told = {}): Finding {
  const check = { name, ok: status !== 'fail', status, message, ...told, action: told.action ?? null }
  return { check, stops: false, never: false, unread: false }
}

/** The same, of something without which no job gets done. */
export const stopping = (found: Finding): Finding => ({ ...found, stops: true })

/** What was measured, and from where on it is not good. */
export const measured = (value: number | null, unit: CheckUnit, { warn, fail }: Level) => ({
  value: value === null ? null : Math.round(value * 1000) / 1000,
  unit,
  warn_at: warn,
  fail_at: fail,
})

/** Part of its limit to which a value has to fall before a check that was raised is cleared: nothing flaps around a limit. */
const CLEARS_AT = 0.8

/**
 * The status of a value of which more is worse. One that warned or failed at the look before goes on doing so until the
 * value is below 80 % of the limit.
 */
export function judge(value: number, { warn, fail }: Level, before: CheckStatus | undefined): 'pass' | 'warn' | 'fail' {
  const failed = before === 'fail'
  if (value >= (failed ? fail * CLEARS_AT : fail)) return 'fail'
  return value >= (failed || before === 'warn' ? warn * CLEARS_AT : warn) ? 'warn' : 'pass'
}

/** The same of a value of which less is worse. */
export function judgeLow(value: number, { warn, fail }: Level, before: CheckStatus | undefined) {
  const failed = before === 'fail'
  if (value <= (failed ? fail / CLEARS_AT : fail)) return 'fail'
  return value <= (failed || before === 'warn' ? warn / CLEARS_AT : warn) ? 'warn' : 'pass'
}

/** What a rule answers when the store, on which its values depend, is gone: that is one incident, not five. */
export const storeGone = 'Not known while the queue store does not answer.'

const unreadable = 'This could not be read at the moment.'

/** Whether a signal was read. */
export const known = <T extends object>(signal: T | 'unsupported' | null): signal is T =>
  typeof signal === 'object' && signal !== null

/**
 * What a rule answers when a signal that it needs was not read.
 *
 * @param never what to say when it can never be read here
 */
export function unseen(
  name: string,
  { store }: Signals,
  signal: 'unsupported' | null,
  never: string,
  told: Told = {},
): Finding {
  if (!store.reachable) return finding(name, 'unknown', storeGone, told)
  if (signal === null) return { ...finding(name, 'unknown', unreadable, told), unread: true }
  return { ...finding(name, 'unknown', never, told), never: true }
}

/** Whether these parts of the facts were read. */
export function tells(facts: Signals['facts'], ...parts: FactPart[]): facts is QueueFacts {
  return known(facts) && parts.every((part) => facts.unread[part] === undefined)
}

/**
 * What a rule answers when a part of the facts that it needs was not read. A key that holds something else than BullMQ keeps there
 * is trouble for the queue itself and warns; what this user may not ask is just not known.
 */
export function unreadPart(name: string, signals: Signals, told: Told, ...parts: FactPart[]): Finding {
  const { facts } = signals
  if (!known(facts)) return unseen(name, signals, facts, noFacts, told)
  const reasons = parts.flatMap((part) => facts.unread[part] ?? [])
  if (reasons.includes('wrong_type')) {
    const action =
      'Find the program that has written it (TYPE tells what it is), and remove it: BullMQ fails on it too.'
    return { ...finding(name, 'warn', wrongType, { ...told, action }), unread: true }
  }
  return { ...finding(name, 'unknown', 'The user of QUEUE_URL may not read this.', told), unread: true }
}

const wrongType = 'This cannot be read: a key of the queue holds something else than BullMQ keeps there.'

/** Nobody can judge how jobs flow while somebody has stopped them on purpose; `queue_paused` tells that. */
export const notWhilePaused = (name: string, told: Told = {}): Finding =>
  finding(name, 'unknown', 'Not judged while the queue is paused.', told)

/** Of the facts that only our readers of Redis and SQLite have. */
export const noFacts = 'This queue store does not tell this.'

/** Of what only our own workers do. */
export const onlyOurWorkers = ({ kind }: Signals) =>
  kind === 'watched' ? 'Not known of the workers of another application.' : noFacts
