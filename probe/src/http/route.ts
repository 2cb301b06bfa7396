import type { ProbeResult } from '@queue-ops/server/contract'
import type { Memory } from '../memory/memory.ts'

/** What an address may ask of the probe. */
export interface Serving {
  memory: Memory
  /** Runs a target now; null when there is no such target. */
  runNow(target: string): Promise<ProbeResult> | null
  clock: { now(): Date }
  startedAt: Date
  version: string
}

export interface Answer {
  status: number
  type: string
  body: string
}

/** An address of the probe's own server, for GET. */
export interface Route {
  path: string
  answer(query: URLSearchParams, serving: Serving): Answer | Promise<Answer>
}

export const jsonType = 'application/json; charset=utf-8'

export const asJson = (body: unknown, status = 200, type = jsonType): Answer => ({
  status,
  type,
  body: JSON.stringify(body),
})

/** One sentence that says what is wrong and what to do. */
export const asError = (status: number, error: string): Answer => asJson({ error }, status)
