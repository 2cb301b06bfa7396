import type { z } from 'zod'
import { sayIssue, unknownKey } from './say-issue.ts'
import { readYaml, type Path, type Position } from './yaml-text.ts'

/** Where `${NAME}` is looked up: the environment. */
export type Variables = (name: string) => string | undefined

/** A file that is being read: its values with the variables filled in, and what is wrong with it. */
export class FileReading {
  readonly path: string
  readonly value: unknown
  readonly #yaml: ReturnType<typeof readYaml>
  readonly #found: { at: Position; sentence: string }[]

  constructor(path: string, text: string, variables: Variables) {
    this.path = path
    this.#yaml = readYaml(text)
    this.#found = [...this.#yaml.problems]
    this.value = this.#filledIn([], this.#yaml.value, variables)
  }

  /** Whether the text is YAML at all. */
  get isReadable(): boolean {
    return this.#yaml.problems.length === 0
  }

  /** `path:line:column: what is wrong.`, in the order of the file. */
  get mistakes(): string[] {
    const told = this.#found
      .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
      .map(
        ({ at, sentence }) =>
          `${this.path}:${at.line}:${at.column}: ${sentence.replace(/[.?]?$/, (end) => end || '.')}`,
      )
    return [...new Set(told)]
  }

  lineOf(path: Path): number {
    return this.#yaml.positionOf(path).line
  }

  mistake(path: Path, sentence: string, at = this.#yaml.positionOf(path)): void {
    this.#found.push({ at, sentence: `${pathText(path)} ${sentence}` })
  }

  /** The value as it stands in the file, with `${NAME}` in it. */
  written(path: Path): unknown {
    return path.reduce<unknown>((value, step) => childOf(value, step), this.#yaml.value)
  }

  /** The value at a path by the schema, or null and the mistakes in it. */
  check<T extends z.ZodType>(path: Path, schema: T, value: unknown): z.infer<T> | null {
    const result = schema.safeParse(value, { error: sayIssue })
    if (result.success) return result.data
    for (const issue of result.error.issues.flatMap(innermost)) {
      const where = [...path, ...issue.path]
      if (issue.code === 'invalid_key') this.mistake(where, issue.message, this.#yaml.positionOfKey(where))
      else if (issue.code !== 'unrecognized_keys') this.mistake(where, issue.message)
      else {
        for (const key of issue.keys) {
          const at = [...where, key]
          this.mistake(at, unknownKey(schema, issue.path, key), this.#yaml.positionOfKey(at))
        }
      }
    }
    return null
  }

  #filledIn(path: Path, value: unknown, variables: Variables): unknown {
    if (typeof value === 'string') return this.#expanded(path, value, variables)
    if (Array.isArray(value)) return value.map((item, at) => this.#filledIn([...path, at], item, variables))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.#filledIn([...path, key], item, variables)]),
    )
  }

  #expanded(path: Path, text: string, variables: Variables): string {
    return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const value = /^[A-Za-z_]\w*$/.test(name) ? variables(name) : undefined
      if (value !== undefined && value !== '') return value
      this.mistake(path, `names the variable ${name}, which is not set in the environment`)
      return whole
    })
  }
}

/** Of a value that fits none of several shapes, what is wrong with it as the shape that it is nearest to. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code === 'invalid_key') return [{ ...issue, message: issue.issues[0]?.message ?? issue.message }]
  if (issue.code !== 'invalid_union') return [issue]
  // A shape that fits in kind complains only about what is inside of the value, or by a sentence of its own.
  const near = issue.errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys' || code === 'custom'),
  )
  const [best] = near.toSorted((a, b) => a.length - b.length)
  if (best === undefined) return [issue]
  return best.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }))
}

function childOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return (value as Record<PropertyKey, unknown>)[step]
}

/** `targets[1].tls.ca_file` */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text ? `${text}.${String(step)}` : String(step)
  }, '') || 'the file'
