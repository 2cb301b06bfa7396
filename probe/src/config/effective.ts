import type { Target } from '../target.ts'
import type { FileReading } from './file-reading.ts'
import { shown } from './secrets.ts'
import { durationText } from './words.ts'
import type { Path } from './yaml-text.ts'

/** A value that is in force, as `config print` shows it. */
export interface EffectiveValue {
  /** `exports.interval` */
  name: string
  value: string
  /** `probe.yaml:12`, `probe.yaml:3 (defaults)` or `built in`. */
  origin: string
}

const hidden = '***'

/** Every setting of every target, then the other parts as they are written. Secrets are not among it. */
export function effectiveValues(reading: FileReading, targets: readonly Target[]): EffectiveValue[] {
  const ofTargets = targets.flatMap((target, at) =>
    settingsOf(target).map(([key, value]) => {
      const path = key.split('.')
      return { name: `${target.name}.${key}`, ...found(reading, ['targets', at], path, value) }
    }),
  )
  const others = Object.entries(reading.written([]) ?? {}).filter(([key]) => !['targets', 'defaults'].includes(key))
  return [...ofTargets, ...others.flatMap(([key, value]) => written(reading, [key], value))]
}

function found(reading: FileReading, target: Path, key: string[], value: string): { value: string; origin: string } {
  const keys = [key, ...othersFor(key.join('.'))]
  const places = keys.flatMap((key) => [
    { path: [...target, ...key], note: '' },
    { path: ['defaults', ...key], note: ' (defaults)' },
  ])
  for (const { path, note } of places) {
    const own = reading.written(path)
    if (own === undefined) continue
    const text = isPlain(own) && value !== hidden ? String(shown(key.at(-1) ?? '', own, true)) : value
    return { value: text, origin: `${reading.path}:${reading.lineOf(path)}${note}` }
  }
  return { value, origin: 'built in' }
}

/** Other keys by which the same is said. */
function othersFor(key: string): string[][] {
  // `timeout` is that of every step that has none of its own.
  if (key.startsWith('timeouts.') && key !== 'timeouts.canary_export') return [['timeout']]
  return key === 'headers.authorization' ? [['bearer'], ['bearer_file'], ['url']] : []
}

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

/** The settings of a target as they would be written. */
function settingsOf(target: Target): [string, string][] {
  const { reach, timeouts, alert, steps } = target
  const canary = steps.canary_export
  const { bad, of } = alert.failAfter
  return [
    ...(reach.kind === 'http'
      ? ([
          ['url', reach.url.origin + reach.url.pathname],
          ['tls.ca_file', reach.tls.caFile ?? 'the system’s'],
          ['tls.warn_before', durationText(reach.tls.warnBeforeMs)],
          ['tls.fail_before', durationText(reach.tls.failBeforeMs)],
          ...reach.headers.map(({ name }): [string, string] => [`headers.${name}`, hidden]),
        ] satisfies [string, string][])
      : ([['command', [reach.command, ...reach.args].join(' ')]] satisfies [string, string][])),
    ['era', target.era],
    ['expect.tools', target.expectedTools?.join(', ') ?? 'health_check, of Queue Ops the export tools too'],
    ['steps.tools_list', steps.tools_list ? 'on' : 'off'],
    ['steps.health_check', steps.health_check === null ? 'off' : 'on'],
    ['steps.canary_export', canary === null ? 'off' : `${canary.limit} rows every ${durationText(canary.everyMs)}`],
    ...Object.entries(timeouts.steps).map(([step, ms]): [string, string] => [`timeouts.${step}`, durationText(ms)]),
    ['total_timeout', durationText(timeouts.totalMs)],
    ['retries', String(target.retries)],
    ['interval', durationText(target.intervalMs)],
    ['jitter', `${Math.round(target.jitter * 1000) / 10}%`],
    ['fail_after', `${bad}/${of}`],
    ['resolve_after', String(alert.resolveAfter)],
    ['reminder', alert.reminderMs === null ? 'off' : durationText(alert.reminderMs)],
    ['maintenance', alert.maintenance.length === 0 ? 'none' : String(alert.maintenance.length)],
  ]
}

function written(reading: FileReading, path: Path, value: unknown): EffectiveValue[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) =>
      written(reading, [...path, Array.isArray(value) ? Number(key) : key], item),
    )
  }
  const key = String(path.at(-1))
  return [
    {
      name: path.join('.'),
      value: String(shown(key, value, false)),
      origin: `${reading.path}:${reading.lineOf(path)}`,
    },
  ]
}
