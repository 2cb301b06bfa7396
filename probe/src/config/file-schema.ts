import { z } from 'zod'
import { sections } from './sections.ts'
import { readAddress } from '../http-address.ts'
import { duration, off, onOff, percent, refuse, share } from './words.ts'

const text = z.string().min(1)
const day = 86_400_000
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const moment = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T02:00:00Z' })

const Maintenance = z
  .strictObject({
    from: moment.optional(),
    until: moment.optional(),
    start: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "02:00"')
      .optional(),
    duration: duration(60_000, 7 * day).optional(),
    timezone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Amsterdam').optional(),
    every: z.array(z.enum(days)).min(1).optional(),
  })
  .transform((given, context) => {
    const { from, until, start, duration, timezone = 'UTC', every = days } = given
    const isOnce = from !== undefined && until !== undefined && start === undefined && duration === undefined
    if (isOnce && new Date(from) >= new Date(until)) return refuse(context, given, 'must end after it begins')
    if (isOnce) return { kind: 'once' as const, from: new Date(from), until: new Date(until) }
    if (start === undefined || duration === undefined || from !== undefined || until !== undefined) {
      return refuse(context, given, 'needs from and until, or start and duration')
    }
    const [hour = 0, minute = 0] = start.split(':').map(Number)
    const numbers = every.map((day) => days.indexOf(day))
    const startMinute = hour * 60 + minute
    return { kind: 'weekly' as const, days: numbers, startMinute, durationMs: duration, timeZone: timezone }
  })

const Tls = z.strictObject({
  ca_file: text.optional(),
  warn_before: duration(0, 3650 * day).optional(),
  fail_before: duration(0, 3650 * day).optional(),
})

const stepMs = duration(1, 600_000)
const Timeouts = z.strictObject({
  connect: stepMs.optional(),
  tls: stepMs.optional(),
  handshake: stepMs.optional(),
  tools_list: stepMs.optional(),
  health_check: stepMs.optional(),
  canary_export: duration(2000, 3_600_000).optional(),
})

const CanaryExport = z.strictObject({
  dataset: text.optional(),
  limit: z.number().int().min(1).max(100_000).default(100),
  every: duration(1000, 7 * day).optional(),
})

const Steps = z.strictObject({
  tools_list: onOff.optional(),
  health_check: z
    .union(
      [off, z.literal([true, 'on']), z.strictObject({ arguments: z.record(z.string(), z.unknown()).default({}) })],
      'must be on, off or { arguments: … }',
    )
    .optional(),
  canary_export: z
    .union([off, z.literal([true, 'on']), CanaryExport], 'must be on, off or { dataset, limit, every }')
    .optional(),
})

/** What may stand in `defaults` and in each target; the target's own wins. */
const shared = {
  era: z.enum(['auto', 'modern', 'legacy']).optional(),
  tls: Tls.optional(),
  steps: Steps.optional(),
  timeout: stepMs.optional(),
  timeouts: Timeouts.optional(),
  total_timeout: duration(1, 3_600_000).optional(),
  retries: z.number().int().min(0).max(5).optional(),
  interval: duration(100, day).optional(),
  jitter: percent.optional(),
  fail_after: share.optional(),
  resolve_after: z.number().int().min(1).max(20).optional(),
  reminder: z.union([off, duration(60_000, 30 * day)], 'must be off or a duration such as 1h').optional(),
  maintenance: z.array(Maintenance).optional(),
}

export const Defaults = z.strictObject(shared)
export type Defaults = z.infer<typeof Defaults>

/** One target as the file describes it; docs/probe.md is its reference. */
export const TargetEntry = z.strictObject({
  name: text.max(100),
  url: text
    .refine((url) => readAddress(url) !== null, 'must be the http:// or https:// URL of an MCP endpoint')
    .optional(),
  command: z
    .union(
      [text.transform((command) => [command]), z.array(text).min(1)],
      'must be a list: the program and its arguments',
    )
    .optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: text.optional(),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header'),
      z.union([z.string(), z.strictObject({ file: text })], 'must be a text or { file: PATH }'),
    )
    .optional(),
  bearer: text.optional(),
  bearer_file: text.optional(),
  expect: z.strictObject({ tools: z.array(text).min(1).optional() }).optional(),
  ...shared,
})
export type TargetEntry = z.infer<typeof TargetEntry>

export const ProbeFile = z.strictObject({
  defaults: z.unknown().optional(),
  targets: z.array(z.unknown()).min(1),
  results: text.optional(),
  ...sections,
})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
