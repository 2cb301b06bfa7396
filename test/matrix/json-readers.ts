import { execFileSync } from 'node:child_process'
import { python } from '../formats/python.ts'
import type { Digits } from './documented/json.ts'

/** Reads JSON texts with every digit of their numbers and every member of their objects, as `{ members }`. */
export type JsonReader = (texts: string[]) => unknown[]

/** Of several members of one name it sees the last one. */
export const javaScript: JsonReader = (texts) =>
  texts.map((text) => JSON.parse(text, exact as (this: unknown, key: string, value: unknown) => unknown) as unknown)

function exact(_: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number') return { digits: source ?? '' } satisfies Digits
  return isObject(value) ? { members: Object.entries(value) } : value
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const script = `
import json, sys
number = lambda digits: {'digits': digits}
members = lambda items: {'members': items}
texts = json.loads(sys.stdin.buffer.read().decode('utf-8'))
read = lambda text: json.loads(text, parse_int=number, parse_float=number, object_pairs_hook=members)
json.dump([read(text) for text in texts], sys.stdout)`

export const pythonJson: JsonReader = (texts) =>
  JSON.parse(
    execFileSync(python, ['-c', script], { input: JSON.stringify(texts), maxBuffer: 1 << 28 }).toString(),
  ) as unknown[]
