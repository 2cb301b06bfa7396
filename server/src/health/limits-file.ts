import { closestName } from '../closest-name.ts'
import { readYaml, type Path, type Position } from '../yaml-text.ts'
import type { Maintenance, QueueSettings } from './report.ts'
import type { Limits } from './rules/limits.ts'
import { keyOf, readLimits } from './read-limits.ts'

/** What a file of limits says. */
export interface LimitsFile {
  settingsOf(queue: string): QueueSettings
  /** `path:line:column: what is wrong.`, in the order of the file. */
  mistakes: string[]
}

/** Notes what is wrong at a path; `key`: with the key itself, not with its value. */
export type Mistake = (where: Path, sentence: string, what?: 'key' | 'value') => void

const MAINTENANCE = 'maintenance'

/**
 * Reads a YAML text: `defaults:` and `queues:`, in each of them limits and declared maintenance.
 *
 * @param presets what holds for a queue of which the file says nothing
 * @param queues that are watched: the file may name no other
 */
export function readLimitsFile(
  path: string,
  text: string,
  presets: (queue: string) => Limits,
  queues: string[],
): LimitsFile {
  const yaml = readYaml(text)
  const found: { at: Position; sentence: string }[] = [...yaml.problems]
  const mistake: Mistake = (where, sentence, what = 'value') => {
    const at = what === 'key' ? yaml.positionOfKey(where) : yaml.positionOf(where)
    found.push({ at, sentence: `${where.map(String).join('.') || 'the file'} ${sentence}` })
  }
  const isEmpty = yaml.value === null || yaml.value === undefined
  const top = isEmpty ? {} : keysOf(yaml.value, [], ['defaults', 'queues'], mistake)
  const defaults = readEntry(top['defaults'], ['defaults'], mistake)
  const named = keysOf(top['queues'] ?? {}, ['queues'], queues, mistake, 'is no queue that is watched (QUEUES)')
  const settings = new Map(
    queues.map((queue) => {
      const own = readEntry(named[queue], ['queues', queue], mistake)
      const limits = own.limits(defaults.limits(presets(queue)))
      return [queue, { limits, maintenance: [...defaults.maintenance, ...own.maintenance] }]
    }),
  )
  return {
    settingsOf: (queue) => settings.get(queue) ?? { limits: presets(queue), maintenance: [] },
    mistakes: found
      .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
      .map(({ at, sentence }) => `${path}:${at.line}:${at.column}: ${sentence.replace(/[.?]?$/, (end) => end || '.')}`),
  }
}

interface Entry {
  limits(presets: Limits): Limits
  maintenance: Maintenance[]
}

function readEntry(given: unknown, where: Path, mistake: Mistake): Entry {
  if (given === undefined || given === null) return { limits: (presets) => presets, maintenance: [] }
  const known = [...keyOf.values(), MAINTENANCE]
  const { maintenance, ...limits } = keysOf(given, where, known, mistake)
  return {
    limits: readLimits(limits, where, mistake),
    maintenance: readMaintenance(maintenance, [...where, MAINTENANCE], mistake),
  }
}

function readMaintenance(given: unknown, where: Path, mistake: Mistake): Maintenance[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    mistake(where, 'must be a list of times, each with from, until and reason')
    return []
  }
  return given.flatMap((entry: unknown, at) => {
    const place = [...where, at]
    const { from, until, reason } = keysOf(entry, place, ['from', 'until', 'reason'], mistake)
    const [begin, end] = [readTime(from, [...place, 'from'], mistake), readTime(until, [...place, 'until'], mistake)]
    if (begin === null || end === null) return []
    if (end <= begin) mistake([...place, 'until'], 'must be later than from')
    return [{ from: begin, until: end, reason: typeof reason === 'string' ? reason : null }]
  })
}

/** With its zone, so that everybody reads the same moment. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/

function readTime(given: unknown, where: Path, mistake: Mistake): number | null {
  const time = typeof given === 'string' && TIME.test(given) ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(time)) return time
  mistake(where, given === undefined ? 'is missing' : 'must be a time with its zone, such as 2026-11-24T22:00Z')
  return null
}

/** The values of a group of keys; every other key is a mistake. */
function keysOf(
  given: unknown,
  where: Path,
  known: string[],
  mistake: Mistake,
  otherwise = 'is no known key',
): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    mistake(where, `must be a group of keys: ${known.join(', ')}`)
    return {}
  }
  for (const key of Object.keys(given).filter((key) => !known.includes(key))) {
    const meant = closestName(key, known)
    const hint = meant ? `did you mean "${meant}"?` : `there are: ${known.join(', ')}`
    mistake([...where, key], `${otherwise}: ${hint}`, 'key')
  }
  return Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key)))
}
