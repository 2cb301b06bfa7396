import { OpsError } from '../../errors.ts'

/** How long an answer is waited for, and how long it is good for; milliseconds. */
export interface Patience {
  withinMs: number
  freshMs: number
  /** For failures, a source that does not answer included. */
  failedMs: number
}

/** A question that is still open after so long is forgotten and asked anew: nobody will answer it. */
const ABANDON_MS = 60_000

/** Between two clients a table hardly ever changes, and nobody waits for a source that is silent. */
export const clientPatience: Patience = { withinMs: 2000, freshMs: 15_000, failedMs: 3000 }

interface Answer<T> {
  outcome: PromiseSettledResult<T>
  at: number
}

/**
 * Asks at most once at a time and remembers the answer for a while; everybody who asks meanwhile shares it. A question that
 * takes too long rejects with OpsError `dataset_unreadable` and goes on: its answer is there for who asks later.
 *
 * @param dataset what error messages call it
 * @param now milliseconds of a clock that nobody sets
 */
export function remembered<T>(
  dataset: string,
  ask: () => Promise<T>,
  { withinMs, freshMs, failedMs }: Patience,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let open: { answer: Promise<T>; since: number } | null = null
  let last: Answer<T> | null = null

  const keep = (outcome: PromiseSettledResult<T>) => (last = { outcome, at: now() })
  const question = () => {
    if (open && now() - open.since < ABANDON_MS) return open
    const asked = { answer: ask(), since: now() }
    open = asked
    const settle = (outcome: PromiseSettledResult<T>) => {
      if (open !== asked) return
      open = null
      keep(outcome)
    }
    asked.answer.then(
      (value) => settle({ status: 'fulfilled', value }),
      (reason: unknown) => settle({ status: 'rejected', reason }),
    )
    return asked
  }
  return async () => {
    const goodFor = last?.outcome.status === 'fulfilled' ? freshMs : failedMs
    if (last && now() - last.at < goodFor) return given(last.outcome)
    const { answer, since } = question()
    const left = withinMs - (now() - since)
    return within(Math.max(left, 0), answer, () => {
      const reason = new OpsError(
        'dataset_unreadable',
        `Dataset "${dataset}" cannot be read: its source does not answer.`,
      )
      // Unless it has just been answered.
      if (open?.answer === answer) keep({ status: 'rejected', reason })
      return reason
    })
  }
}

function given<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === 'fulfilled') return outcome.value
  throw outcome.reason
}

async function within<T>(ms: number, answer: Promise<T>, tooLate: () => Error): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(tooLate()), ms)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
