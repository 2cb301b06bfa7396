import type { z } from 'zod'
import type { SourceKind } from '../sources/source.ts'
import { sayIssue, unknownKey } from './datasets-schema.ts'
import type { Variables } from './source-url.ts'
import type { Path, Position, YamlText } from '../../yaml-text.ts'

/** What the parts of a datasets file are read with. */
export interface Reading {
  yaml: YamlText
  folder: string
  kinds: SourceKind[]
  variables: Variables
  /** Notes what is wrong with the value at a path; `at` when it is something else there. */
  mistake(where: Path, sentence: string, at?: Position): void
}

/** Paths of mistakes begin at a place in the file. */
export const under = (reading: Reading, where: Path): Reading => ({
  ...reading,
  mistake: (path, sentence, at) => reading.mistake([...where, ...path], sentence, at),
})

/** Knows whether a mistake was noted through it. */
export function watching(reading: Reading): Reading & { isWrong(): boolean } {
  let isWrong = false
  return {
    ...reading,
    mistake(...mistake) {
      isWrong = true
      reading.mistake(...mistake)
    },
    isWrong: () => isWrong,
  }
}

/** What the schema makes of a value; null, and its mistakes noted, when it has any. */
export function check<T>(reading: Reading, where: Path, schema: z.ZodType<T>, given: unknown): T | null {
  const parsed = schema.safeParse(given, { error: sayIssue })
  for (const issue of parsed.error?.issues ?? []) {
    const path = [...where, ...issue.path]
    if (issue.code !== 'unrecognized_keys') reading.mistake(path, issue.message)
    else {
      for (const key of issue.keys) {
        const unknown = [...path, key]
        reading.mistake(unknown, unknownKey(path, key), reading.yaml.positionOfKey(unknown))
      }
    }
  }
  return parsed.data ?? null
}

/** A list in which nothing may be named twice. */
export function refuseTwice({ mistake }: Reading, list: string, named: { name: string }[]) {
  const names = named.map(({ name }) => name)
  for (const [at, name] of names.entries()) {
    if (names.indexOf(name) !== at) mistake([list, at], `names "${name}" a second time`)
  }
}
