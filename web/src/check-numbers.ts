import type { Check } from '@queue-ops/server/contract'

const notNumbers = new Set([
  'name',
  'ok',
  'status',
  'message',
  'value',
  'unit',
  'warn_at',
  'fail_at',
  'since',
  'action',
])
const count = new Intl.NumberFormat('en-GB')

/** What a check looked at, as label and value. Taken from the names in the report, so a new check shows by itself. */
export function checkNumbers(check: Check): [label: string, value: string][] {
  return Object.entries(check)
    .filter(([name]) => !notNumbers.has(name))
    .map(([name, value]) => [label(name), inWords(name, value)])
}

function label(name: string): string {
  return name.replace(/_(ms|bytes)$/, '').replaceAll('_', ' ')
}

function inWords(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'number') return 'not known'
  if (name.endsWith('_ms')) return `${Math.round(value)} ms`
  return name.endsWith('_bytes') ? bytes(value) : count.format(value)
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Three digits and a unit are enough for a glance. */
function bytes(value: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1)
  return `${Number((value / 1000 ** step).toPrecision(3))} ${units[step]}`
}
