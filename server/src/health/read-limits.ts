import type { Path } from '../yaml-text.ts'
import type { Mistake } from './limits-file.ts'
import { defaultLimits, type Level, type Limits } from './rules/limits.ts'

type Field = keyof Limits

/** The name of each limit in the file: `oldestWaitingS` is `oldest_waiting_s`. */
export const keyOf: ReadonlyMap<Field, string> = new Map(
  Object.keys(defaultLimits).map((field) => [
    field as Field,
    field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
)

const isLevel = (limit: Level | number): limit is Level => typeof limit === 'object'

/** Reads limits by the keys of the file. Gives what makes them of the limits that hold otherwise. */
export function readLimits(given: Record<string, unknown>, where: Path, mistake: Mistake): (presets: Limits) => Limits {
  const changes = [...keyOf].flatMap(([field, key]) => {
    if (!Object.hasOwn(given, key)) return []
    const place = [...where, key]
    const level = isLevel(defaultLimits[field])
    const change = level ? readLevel(given[key], field, place, mistake) : readNumber(given[key], field, place, mistake)
    return change === null ? [] : [[field, change] as const]
  })
  return (presets) => {
    const limits = { ...presets }
    for (const [field, change] of changes) {
      const preset = presets[field]
      const value = typeof change === 'object' && isLevel(preset) ? meeting(preset, change, field) : change
      Object.assign(limits, { [field]: value })
    }
    return limits
  }
}

/** Of these less is worse. */
const low = new Set<Field>(['freeBytes'])

/** Who sets one side beyond the other moves both. */
function meeting(preset: Level, change: Partial<Level>, field: Field): Level {
  const worse = low.has(field) ? Math.min : Math.max
  const better = low.has(field) ? Math.max : Math.min
  const { warn, fail } = { ...preset, ...change }
  return change.fail === undefined ? { warn, fail: worse(fail, warn) } : { warn: better(warn, fail), fail }
}

/** `30/120` is short for `{ warn: 30, fail: 120 }`, one of which may be left out. */
function readLevel(given: unknown, field: Field, where: Path, mistake: Mistake): Partial<Level> | null {
  const short = typeof given === 'string' ? /^\s*([\d.]+)\s*\/\s*([\d.]+)\s*$/.exec(given) : null
  const level: unknown = short ? { warn: Number(short[1]), fail: Number(short[2]) } : given
  const keys = typeof level === 'object' && level !== null ? Object.keys(level) : []
  if (keys.length === 0 || keys.some((key) => key !== 'warn' && key !== 'fail')) {
    mistake(where, 'must be two numbers such as 30/120, or { warn: 30, fail: 120 }')
    return null
  }
  const { warn, fail } = level as Record<string, unknown>
  const sides = Object.entries({ warn, fail }).filter(([, value]) => value !== undefined)
  const wrong = sides.filter(([, value]) => !isAmount(value))
  for (const [side] of wrong) mistake(short ? where : [...where, side], 'must be a number that is not negative')
  if (wrong.length > 0) return null
  if (isAmount(warn) && isAmount(fail) && (low.has(field) ? warn < fail : warn > fail)) {
    mistake(
      where,
      low.has(field) ? 'must warn before it fails: warn is less' : 'must warn before it fails: warn is more',
    )
    return null
  }
  return Object.fromEntries(sides) as Partial<Level>
}

/** Of these 0 has a meaning: none is expected. */
const mayBeNone = new Set<Field>(['consumers'])

function readNumber(given: unknown, field: Field, where: Path, mistake: Mistake): number | null {
  if (isAmount(given) && (given > 0 || mayBeNone.has(field))) return given
  mistake(where, 'must be a number above 0')
  return null
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
