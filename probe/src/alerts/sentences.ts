import type { ProbeAlert } from '@queue-ops/server/contract'
import { oneLine } from '../sentence.ts'

const words = {
  fail: 'FAILING',
  worse: 'WORSE',
  flapping: 'FLAPPING',
  reminder: 'STILL FAILING',
  refresh: 'STILL FAILING',
  resolve: 'RESOLVED',
} as const satisfies Record<ProbeAlert['event'], string>

/** What a lock screen shows. */
export function headline(alert: ProbeAlert, limit: number): string {
  const { event, severity, target, message } = alert
  const word = severity === 'warn' ? words[event].replace('FAILING', 'DEGRADED') : words[event]
  const since = event === 'fail' ? '' : event === 'resolve' ? ` after ${lasted(alert)}` : ` for ${lasted(alert)}`
  const what = event === 'resolve' ? `it was: ${message}` : message
  return oneLine(`${word} ${oneLine(target, 100)}${since}: ${what}`, limit)
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function lasted({ duration_s }: Pick<ProbeAlert, 'duration_s'>): string {
  if (duration_s < 60) return `${duration_s} s`
  const minutes = Math.floor(duration_s / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return two(hours, 'h', minutes % 60, 'min')
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
