import { Incident, type CheckStatus, type ProbeResult } from '@queue-ops/server/contract'
import { z } from 'zod'
import type { AlertRule } from '../target.ts'
import { flappingResults, isFlapping } from './flapping.ts'

/** What a run says of its target. That the probe could not find out is nothing to be calm about: it warns. */
const Level = z.enum(['good', 'warn', 'fail'])
type Level = z.infer<typeof Level>

const levels = { pass: 'good', warn: 'warn', fail: 'fail', unknown: 'warn' } as const satisfies Record<
  CheckStatus,
  Level
>

/** What is remembered of a target to tell when it is ill. It is plain data, so that it can be kept in a file. */
export const Course = z.object({
  /** Newest last. */
  recent: z.array(Level),
  /** So many of the newest may open an incident: those from before the last one, or before a long silence, may not. */
  fresh: z.number().int(),
  lastAt: z.number().describe('When the newest run began, milliseconds since 1970').nullable(),
  flapping: z.boolean(),
  incident: Incident.nullable(),
})
export type Course = z.infer<typeof Course>

export const noCourse: Course = { recent: [], fresh: 0, lastAt: null, flapping: false, incident: null }

export interface CourseRule extends Pick<AlertRule, 'failAfter' | 'resolveAfter'> {
  /** From one run to the next; null when somebody else decides when that is, so that no silence tells anything. */
  intervalMs: number | null
}

/** After a silence of so many intervals (the probe did not run, the machine slept) the past says nothing of now. */
const SILENCE_INTERVALS = 10
const LEAST_SILENCE_MS = 60_000

export interface Step {
  course: Course
  /** The incident that this result opened, changed or closed; null when it did none of that. */
  changed: Incident | null
}

/**
 * The course after one more result. An incident opens when `failAfter.bad` of the last `failAfter.of` runs were bad, or
 * when the target flaps; it gets worse when as many failed, and never milder; it closes after `resolveAfter` good runs in
 * a row, but not while the target flaps. So between two openings there is always exactly one closing.
 */
export function takeResult(before: Course, result: ProbeResult, rule: CourseRule, newId: () => string): Step {
  const at = Date.parse(result.time)
  const level = levels[result.status]
  const known = isLongAgo(before.lastAt, at, rule) ? { ...before, recent: [], fresh: 0, flapping: false } : before
  const recent = [...known.recent, level].slice(-flappingResults)
  const next: Course = {
    recent,
    fresh: Math.min(known.fresh + 1, recent.length),
    lastAt: at,
    flapping: isFlapping(recent, known.flapping),
    incident: known.incident,
  }
  if (next.incident === null) return opened(next, level, result, rule, newId)
  return goodInARow(recent) >= rule.resolveAfter && !next.flapping
    ? closed(next, next.incident, result.time)
    : changed(next, next.incident, level, result, rule)
}

/** Ends an incident without a result: the target is watched no longer. */
export function closeIncident(course: Course, time: string): Step {
  return course.incident === null ? { course, changed: null } : closed(course, course.incident, time)
}

function opened(course: Course, level: Level, result: ProbeResult, rule: CourseRule, newId: () => string): Step {
  const { bad, of } = rule.failAfter
  const candidates = course.recent.slice(-Math.min(of, course.fresh))
  const isIll = candidates.filter((each) => each !== 'good').length >= bad
  if (level === 'good' || (!isIll && !course.flapping)) return { course, changed: null }
  const incident: Incident = {
    id: newId(),
    target: result.target,
    severity: candidates.filter((each) => each === 'fail').length >= bad ? 'fail' : 'warn',
    reason: result.reason ?? 'own_fault',
    message: result.message,
    flapping: course.flapping,
    opened_at: result.time,
    closed_at: null,
  }
  return { course: { ...course, incident }, changed: incident }
}

function changed(course: Course, incident: Incident, level: Level, result: ProbeResult, rule: CourseRule): Step {
  const { bad, of } = rule.failAfter
  const failed = course.recent.slice(-of).filter((each) => each === 'fail').length
  const isWorse = incident.severity === 'warn' && level === 'fail' && failed >= bad
  const flaps = course.flapping && !incident.flapping
  if (!isWorse && !flaps) return { course, changed: null }
  const worse = { severity: 'fail', reason: result.reason ?? 'own_fault', message: result.message } as const
  const after: Incident = { ...incident, ...(isWorse ? worse : {}), flapping: incident.flapping || course.flapping }
  return { course: { ...course, incident: after }, changed: after }
}

function closed(course: Course, incident: Incident, time: string): Step {
  return { course: { ...course, fresh: 0, incident: null }, changed: { ...incident, closed_at: time } }
}

function goodInARow(recent: readonly Level[]): number {
  return recent.length - 1 - recent.findLastIndex((level) => level !== 'good')
}

function isLongAgo(lastAt: number | null, at: number, { intervalMs }: CourseRule): boolean {
  if (lastAt === null || intervalMs === null) return false
  return at - lastAt > Math.max(SILENCE_INTERVALS * intervalMs, LEAST_SILENCE_MS)
}
