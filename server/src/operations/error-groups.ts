import { createHash } from 'node:crypto'
import type { DeadJob, Death } from '../queue/dead-letter-store.ts'

/** What is behind it is not looked at, however long a reason is. */
const LOOKED_AT_CHARS = 2000

/** What is behind it, once numbers and ids are replaced, tells occurrences apart rather than errors. */
const COMPARED_CHARS = 300

/** So much of the newest reason of a group is kept. */
const KEPT_CHARS = 500

/** So many different errors are told apart: what has more of them than that has none that tells anything. */
const MAX_GROUPS = 2000

/** What differs between two occurrences of the same error, and what stands for it. */
const variable: [RegExp, string][] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<id>'],
  [/\b(?=[0-9a-f]*\d)(?:0x)?[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
]

/** The error of a reason without what differs from one job to the next: the same for all of a group. */
export function errorOf(reason: string): string {
  const line = reason.slice(0, LOOKED_AT_CHARS).trimStart().split('\n', 1)[0] ?? ''
  const same = variable.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line)
  return same.slice(0, COMPARED_CHARS).trim()
}

/** The name of the group that a reason belongs to. */
export const groupOf = (reason: string): string =>
  createHash('sha256').update(errorOf(reason)).digest('hex').slice(0, 12)

/** Dead letters with the same error. */
export interface ErrorGroup {
  group: string
  count: number
  firstAt: number
  lastAt: number
  /** In the order in which they were added, without those whose ids cannot be told. */
  deaths: Death[]
  /** The beginning of that of the first one, and how long it is. */
  reason: string
  reasonLength: number
}

/**
 * Puts dead letters in groups one after the other, the newest first. It keeps little of them, and nothing of their text but the
 * beginning of one reason in each of a limited number of groups.
 */
export class ErrorGroups {
  readonly #groups = new Map<string, ErrorGroup>()
  #beyond = 0

  /** @param named whether its id can be told */
  add({ jobId, failedAt, reason }: DeadJob, named = true): void {
    const group = this.#groupOf(reason, failedAt)
    if (!group) {
      this.#beyond += 1
      return
    }
    group.count += 1
    group.firstAt = Math.min(group.firstAt, failedAt)
    group.lastAt = Math.max(group.lastAt, failedAt)
    if (named) group.deaths.push({ jobId, failedAt })
  }

  /** The largest first. */
  list(): ErrorGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt)
  }

  /** Undefined when there is none of this name. */
  find(group: string): ErrorGroup | undefined {
    return this.#groups.get(group)
  }

  /** So many dead letters are in no group, since there were too many groups when they came. */
  get beyond(): number {
    return this.#beyond
  }

  #groupOf(reason: string, failedAt: number): ErrorGroup | null {
    const name = groupOf(reason)
    const known = this.#groups.get(name)
    if (known) return known
    if (this.#groups.size >= MAX_GROUPS) return null
    const group: ErrorGroup = {
      group: name,
      count: 0,
      firstAt: failedAt,
      lastAt: failedAt,
      deaths: [],
      reason: beginningOf(reason),
      reasonLength: reason.length,
    }
    this.#groups.set(name, group)
    return group
  }
}

/** A part of a text that does not keep the whole of it in memory, as a slice does. */
const beginningOf = (text: string) => Buffer.from(text.slice(0, KEPT_CHARS)).toString()
