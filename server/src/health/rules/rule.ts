import type { Check, Consumer, JobState } from '../../contract.ts'

/** What was seen of one queue and its store at one moment. Null means that the value could not be read. */
export interface Signals {
  queue: string
  observedAt: Date
  store: { kind: 'sqlite' | 'redis' | 'postgres' } & (
    | { reachable: true; latencyMs: number; file: StoreFile | null }
    /** `problem`: what the store says of itself, null when it says nothing. */
    | { reachable: false; problem: string | null }
  )
  counts: Record<JobState, number> | null
  paused: boolean | null
  /** `unsupported`: the store does not let us see them. */
  consumers: Consumer[] | 'unsupported' | null
}

/** The file behind a SQLite store. */
export interface StoreFile {
  sqliteVersion: string
  sizeBytes: number
  /** Size of the write-ahead log. */
  logBytes: number
  freeBytes: number
  clients: number
  /** What the last look for damage found, null before the first. */
  integrity: { checkedAt: Date; damage: string[]; repairable: string[] } | null
}

/** From which count on a check fails. */
export interface Limits {
  deadLetters: number
  waiting: number
}

/** What a rule finds; `stops`: with this, no job gets done. */
export interface Finding {
  check: Check
  stops: boolean
}

/** One question about the signals. A pure function: no clock, no store. */
export type Rule = (signals: Signals, limits: Limits) => Finding

/** Makes a finding of a status: `ok` is false only when it fails. */
export function finding(name: string, status: Check['status'], message: string, values: Partial<Check> = {}): Finding {
  return { check: { name, ok: status !== 'fail', status, message, ...values }, stops: false }
}

/** The same, of something without which no job gets done. */
export const stopping = (found: Finding): Finding => ({ ...found, stops: true })

/** What a rule answers when the store, on which its values depend, is gone: that is one incident, not five. */
export const storeGone = 'Not known while the queue store does not answer.'
