import type { ProbeResult } from '@queue-ops/server/contract'
import { oneLine } from '../sentence.ts'

const words = { pass: 'OK', warn: 'WARNING', fail: 'CRITICAL', unknown: 'UNKNOWN' } as const
const severity = { pass: 0, warn: 1, unknown: 2, fail: 3 } as const

/**
 * One line as monitoring plugins print it: `QUEUE WORD: text | 'label'=value[unit];warn;crit;min;max …`. Format of the
 * Monitoring Plugins guidelines; times in seconds, values that were not seen are left out.
 */
export function nagiosLine(result: ProbeResult): string {
  return `QUEUE ${words[result.status]}: ${textOf(result)} | ${perfdata(result, '').join(' ')}`
}

/** One line for several targets: the worst word, how many are how, what is wrong, and everybody's values. */
export function nagiosSummary(results: readonly ProbeResult[]): string {
  const sorted = results.toSorted((a, b) => severity[b.status] - severity[a.status])
  const worst = sorted[0]?.status ?? 'unknown'
  const bad = sorted.filter(({ status }) => status !== 'pass')
  const counted = `${results.length - bad.length} of ${results.length} targets ok`
  const told = bad.map((result) => `${result.target}: ${textOf(result)}`)
  const values = results.flatMap((result) => perfdata(result, `${result.target} `))
  return `QUEUE ${words[worst]}: ${[counted, ...told].join('; ')} | ${values.join(' ')}`
}

/** A bar would begin the values. */
const textOf = ({ message }: ProbeResult) => oneLine(message.replaceAll('|', '/'), 400)

function perfdata(result: ProbeResult, prefix: string): string[] {
  const { duration_ms, steps, canary_ms, dead_letters, consumers, active, waiting, certificate_expires_at } = result
  const left =
    certificate_expires_at === null ? null : (Date.parse(certificate_expires_at) - Date.parse(result.time)) / 1000
  const values: [string, number | null, string][] = [
    ['duration', duration_ms / 1000, 's;;;0'],
    ...steps.map(({ name, duration_ms }): [string, number, string] => [`step_${name}`, duration_ms / 1000, 's;;;0']),
    ['canary', canary_ms === null ? null : canary_ms / 1000, 's;;;0'],
    ['certificate_left', left === null ? null : Math.round(left), 's'],
    ['dead_letters', dead_letters, ';;;0'],
    ['consumers', consumers, ';;;0'],
    ['active', active, ';;;0'],
    ['waiting', waiting, ';;;0'],
  ]
  return values.flatMap(([label, value, rest]) =>
    value === null ? [] : [`'${prefix.replace(/['=]/g, '_')}${label}'=${decimal(value)}${rest}`],
  )
}

/** Without an exponent, which the format does not know. */
const decimal = (value: number) => String(Math.round(value * 10_000) / 10_000)
