import { z } from 'zod'
import { ColumnType, ExportFormat, ExportSelection, FileOptions } from '../../contract.ts'
import { closestName } from '../../closest-name.ts'
import { SCHEDULE_NAME } from './schedule-name.ts'

const notEmpty = z.string().min(1)

/** A word of the query, given by clients. JSON and bytes are nothing that one writes into a request. */
const Parameter = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'may hold letters, digits and "_", and starts with no digit')
    .refine((name) => name !== '__proto__', 'must be another name: clients cannot give this one'),
  type: ColumnType.exclude(['json', 'binary']),
  description: z.string().default(''),
  required: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean()], 'must be a text, a number, true or false').optional(),
})

const ColumnEntry = z.strictObject({
  name: notEmpty,
  type: ColumnType.optional(),
  label: notEmpty.optional(),
  hidden: z.boolean().default(false),
  filter: z.boolean().default(true),
})

/** `created desc` is short for an object; a column whose name ends so needs the object. */
const OrderEntry = z.preprocess(
  (given) => {
    if (typeof given !== 'string') return given
    const [, column = given, direction] = /^(.*\S)\s+(asc|desc)$/i.exec(given) ?? []
    return { column, ...(direction && { direction: direction.toLowerCase() }) }
  },
  z.strictObject({ column: notEmpty, direction: z.enum(['asc', 'desc']).default('asc') }),
)

const Key = z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(notEmpty).min(1))

/** One dataset as the file describes it; docs/datasets.md is its reference. */
export const DatasetEntry = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[\w.-]+$/, 'may hold letters, digits, "_", "-" and "."'),
  description: z.string().default(''),
  source: notEmpty,
  table: notEmpty.optional(),
  query: notEmpty.optional(),
  parameters: z.array(Parameter).default([]),
  columns: z.array(ColumnEntry).default([]),
  order: z.array(OrderEntry).default([]),
  key: Key.optional(),
  limit: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  timeout_s: z.number().min(1).max(86_400).default(60),
})
export type DatasetEntry = z.infer<typeof DatasetEntry>

/** One recurring export. */
export const ScheduleEntry = z.strictObject({
  name: z.string().regex(new RegExp(`^${SCHEDULE_NAME}$`), 'may hold up to 64 letters, digits, "_" and "-"'),
  cron: notEmpty,
  time_zone: notEmpty.default('UTC'),
  keep: z.number().int().min(1).max(500).default(7),
  dataset: notEmpty,
  format: ExportFormat,
  ...ExportSelection.shape,
  ...FileOptions.shape,
})
export type ScheduleEntry = z.infer<typeof ScheduleEntry>

export const DatasetsFile = z.strictObject({
  datasets: z.array(z.unknown()).min(1),
  schedules: z.array(z.unknown()).default([]),
})
export type DatasetsFile = z.infer<typeof DatasetsFile>

/** The keys that may stand at a path; numbers in it do not matter. */
const keysAt: Record<string, string[]> = {
  '': Object.keys(DatasetsFile.shape),
  datasets: Object.keys(DatasetEntry.shape),
  'datasets.parameters': Object.keys(Parameter.shape),
  'datasets.columns': Object.keys(ColumnEntry.shape),
  'datasets.order': ['column', 'direction'],
  schedules: Object.keys(ScheduleEntry.shape),
}

/** Why a key is not known, to go on behind its name. */
export function unknownKey(path: readonly PropertyKey[], key: string): string {
  const keys = keysAt[path.filter((step) => typeof step !== 'number').join('.')] ?? []
  const meant = closestName(key, keys)
  return `is no known key: ${meant ? `did you mean "${meant}"?` : `the keys are: ${keys.join(', ')}`}`
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
}

/** What is wrong with a value, to go on behind its name: the error map of zod for this file. */
export function sayIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing'
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number'
      return `must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`
    case 'invalid_value': {
      if (issue.input === undefined) return 'is missing'
      const values = issue.values.map(String)
      const meant = closestName(String(issue.input), values)
      return meant ? `is not known: did you mean "${meant}"?` : `must be one of: ${values.join(', ')}`
    }
    case 'too_small':
      if (issue.origin === 'array') return 'must list at least one'
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`
    default:
      return undefined
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return kinds[typeof value] ?? typeof value
}
