import { z } from 'zod'
import { closestName } from './closest-name.ts'

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
}

/** What is wrong with a value, to go on behind its name: the error map of zod for this file. Never repeats the value. */
export function sayIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number'
      return `must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`
    case 'invalid_value': {
      const values = issue.values.map(String)
      const meant = closestName(String(issue.input), values)
      return meant === null ? `must be one of: ${values.join(', ')}` : `is not known: did you mean "${meant}"?`
    }
    case 'invalid_union':
      return `must be something else than ${kindOf(issue.input)}`
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

/** Why a key is not known, to go on behind its name. */
export function unknownKey(schema: z.ZodType, path: readonly PropertyKey[], key: string): string {
  const keys = keysAt(schema, path)
  const meant = closestName(key, keys)
  return `is no known key: ${meant === null ? `the keys are: ${keys.join(', ')}` : `did you mean "${meant}"?`}`
}

/** The keys that may stand at a path of a schema. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [step, ...rest] = path
  return alternatives(schema).flatMap((plain) => {
    if (plain instanceof z.ZodArray && step !== undefined) return keysAt(plain.element, rest)
    if (plain instanceof z.ZodRecord && step !== undefined) return keysAt(plain.valueType as z.core.$ZodType, rest)
    if (!(plain instanceof z.ZodObject)) return []
    if (step === undefined) return Object.keys(plain.shape)
    const inner = plain.shape[String(step)] as z.core.$ZodType | undefined
    return inner === undefined ? [] : keysAt(inner, rest)
  })
}

/** The schemas behind defaults, options, unions and transformations. */
function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => alternatives(option as z.core.$ZodType))
  if (schema instanceof z.ZodPipe) return alternatives(schema.in as z.core.$ZodType)
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) {
    return alternatives(schema.unwrap() as z.core.$ZodType)
  }
  return [schema]
}
