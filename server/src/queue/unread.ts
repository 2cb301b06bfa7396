import type { FactPart, WhyUnread } from './queue-facts.ts'
import { Refused } from './redis-commands.ts'

/** Takes in the answers for one look, and remembers which parts of the facts were refused. */
export class Unread {
  readonly parts: Partial<Record<FactPart, WhyUnread>> = {}

  /** The answer as it is, null when it was refused: then none of these parts is known. */
  take<T>(answer: unknown, ...parts: FactPart[]): T | null {
    if (!(answer instanceof Refused)) return answer as T
    for (const part of parts) this.parts[part] ??= answer.why
    return null
  }

  /** The same for a number, or the length of something. */
  number(answer: unknown, ...parts: FactPart[]): number | null {
    const value = this.take<unknown>(answer, ...parts)
    return answer instanceof Refused ? null : Number(value ?? 0)
  }
}
