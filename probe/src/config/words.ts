import { z } from 'zod'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `500ms`, `30s`, `5m`, `1h`, `21d` as milliseconds; null when the text is no duration. */
export function millisecondsOf(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  return number === undefined || unit === undefined ? null : Number(number) * unitMs[unit as keyof typeof unitMs]
}

/** Milliseconds as people write them, in the largest unit that fits without a rest. */
export function durationText(ms: number): string {
  const [unit, size] = Object.entries(unitMs).findLast(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** Says in the place of a value what is wrong with it. */
export function refuse(context: z.RefinementCtx, input: unknown, message: string): typeof z.NEVER {
  context.issues.push({ code: 'custom', message, input })
  return z.NEVER
}

/** A duration within limits, as milliseconds. */
export function duration(leastMs: number, mostMs: number) {
  return z.union([z.string(), z.number()]).transform((given, context) => {
    const ms = millisecondsOf(String(given))
    if (ms !== null && ms >= leastMs && ms <= mostMs) return ms
    const limits = `from ${durationText(leastMs)} to ${durationText(mostMs)}`
    return refuse(context, given, `must be a duration such as 500ms, 30s, 5m, 1h or 21d, ${limits}`)
  })
}

/** `10%` as 0.1; up to a half. */
export const percent = z.union([z.string(), z.number()]).transform((given, context) => {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(String(given).trim()) ?? []
  const share = Number(number) / 100
  return share >= 0 && share <= 0.5 ? share : refuse(context, given, 'must be a part such as 10%, from 0% to 50%')
})

const maxOf = 20

/** `2/3`: two of the last three. A number alone means so many in a row. */
export const share = z.union([z.string(), z.number()]).transform((given, context) => {
  const [, bad, of = bad] = /^(\d+)(?:\s*\/\s*(\d+))?$/.exec(String(given).trim()) ?? []
  const parsed = { bad: Number(bad), of: Number(of) }
  const isGood = parsed.bad >= 1 && parsed.of >= parsed.bad && parsed.of <= maxOf
  return isGood ? parsed : refuse(context, given, `must be such as 2/3 (two of the last three), at most of ${maxOf}`)
})

/** `true`, `on`, `false`, `off`: YAML 1.2 has only the first and the third by itself. */
export const onOff = z
  .union([z.boolean(), z.enum(['on', 'off'])], 'must be on or off')
  .transform((given) => given === true || given === 'on')

/** For what can be switched off beside having a value. */
export const off = z.union([z.literal(false), z.literal('off')]).transform((): null => null)
