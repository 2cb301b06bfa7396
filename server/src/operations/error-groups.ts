import { createHash } from 'node:crypto'
import type { DeadJob } from '../queue/dead-letter-store.ts'

/** What is behind it tells occurrences apart rather than errors. */
const LOOKED_AT_CHARS = 300

/** What differs between two occurrences of the same error, and what stands for it. */
const variable: [RegExp, string][] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<id>'],
  [/\b(?=[0-9a-f]*\d)(?:0x)?[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
]

/** The error of a reason without what differs from one job to the next: the same for all of a group. */
export function errorOf(reason: string): string {
  const line = reason.trimStart().split('\n', 1)[0] ?? ''
  return variable
    .reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line.slice(0, LOOKED_AT_CHARS))
    .trim()
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
  /** The newest ones. */
  jobIds: string[]
  /** Of the newest one, as it is. */
  reason: string
}

const SAMPLES = 3

/** Puts dead letters, newest first, in groups: the largest first. */
export function groupByError(jobs: Iterable<DeadJob>): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  const named = new Map<string, string>()
  for (const { jobId, failedAt, reason } of jobs) {
    const name = named.get(reason) ?? groupOf(reason)
    if (named.size < 1000) named.set(reason, name)
    const group = groups.get(name)
    if (!group) {
      groups.set(name, { group: name, count: 1, firstAt: failedAt, lastAt: failedAt, jobIds: [jobId], reason })
      continue
    }
    group.count += 1
    group.firstAt = Math.min(group.firstAt, failedAt)
    group.lastAt = Math.max(group.lastAt, failedAt)
    if (group.jobIds.length < SAMPLES) group.jobIds.push(jobId)
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt)
}
