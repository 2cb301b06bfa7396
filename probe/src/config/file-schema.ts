import { z } from 'zod'
import { sections } from './sections.ts'
import { duration, off, onOff, percent, share } from './words.ts'

const text = z.string().min(1)
const day = 86_400_000

const Maintenance = z.strictObject({
  from: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T02:00:00Z' }).optional(),
  until: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T04:00:00Z' }).optional(),
  start: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "02:00"')
    .optional(),
  duration: duration(60_000, 7 * day).optional(),
  timezone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Amsterdam').optional(),
  every: z
    .array(z.enum(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']))
    .min(1)
    .optional(),
})
export type MaintenanceEntry = z.infer<typeof Maintenance>

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
    .union([off, z.literal([true, 'on']), z.strictObject({ arguments: z.record(z.string(), z.unknown()).default({}) })])
    .optional(),
  canary_export: z.union([off, z.literal([true, 'on']), CanaryExport]).optional(),
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
  reminder: z.union([off, duration(60_000, 30 * day)]).optional(),
  maintenance: z.array(Maintenance).optional(),
}

export const Defaults = z.strictObject(shared)
export type Defaults = z.infer<typeof Defaults>

/** One target as the file describes it; docs/probe.md is its reference. */
export const TargetEntry = z.strictObject({
  name: text.max(100),
  url: text.optional(),
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
