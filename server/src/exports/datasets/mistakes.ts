import { OpsError } from '../../errors.ts'

const MAX_MISTAKES = 20
const MAX_NAMES = 100
const MAX_QUOTED = 60

/** Everything that is wrong with a request, a sentence each. */
export class Mistakes {
  readonly #sentences: string[] = []

  add(sentence: string): void {
    this.#sentences.push(sentence)
  }

  /** Throws OpsError `invalid_input` with all of them, if there are any. */
  refuse(): void {
    if (this.#sentences.length === 0) return
    const more = this.#sentences.length - MAX_MISTAKES
    const told = this.#sentences.slice(0, MAX_MISTAKES).join(' ')
    throw new OpsError('invalid_input', more > 0 ? `${told} And ${more} more mistakes.` : told)
  }
}

/** Names that exist, for a sentence; a table of thousands of columns is not told whole. */
export function listed(names: string[]): string {
  const more = names.length - MAX_NAMES
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more (see list_datasets)` : '')
}

/** Names or values that a client gave, cut to what a sentence can hold. */
export const quoted = (...values: unknown[]): string => values.map(cut).join(', ')

function cut(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
