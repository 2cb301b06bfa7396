import type { FlagName, GivenFlags } from './flags.ts'

/** The values of flags, with the mistakes in them. */
export class FlagReading {
  readonly mistakes: string[]
  readonly #values: GivenFlags['values']

  constructor({ values, mistakes }: GivenFlags) {
    this.#values = values
    this.mistakes = [...mistakes]
  }

  has(name: FlagName): boolean {
    return this.#values.has(name)
  }

  all(name: FlagName): string[] {
    return this.#values.get(name) ?? []
  }

  /** Null when it was not given. What starts with a dash is the next flag, whose value was forgotten. */
  text(name: FlagName): string | null {
    const value = this.#values.get(name)?.[0]
    if (value === undefined) return null
    if (value !== '' && !value.startsWith('-')) return value
    this.mistakes.push(`--${name} must have a value`)
    return null
  }

  number(
    name: FlagName,
    [least, most]: [number, number],
    isGood: (value: number) => boolean,
    what: string,
  ): number | null {
    const text = this.#values.get(name)?.[0]
    if (text === undefined) return null
    const value = Number(text)
    // Digits with an optional fraction; `Number` alone would also take "", "0x10" and "1e3".
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most && isGood(value)) return value
    this.mistakes.push(`--${name} must be ${what} from ${least} to ${most}`)
    return null
  }
}
