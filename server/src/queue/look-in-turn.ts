import { setTimeout as pause } from 'node:timers/promises'

/** How often something is looked at, in milliseconds. */
export interface Pace {
  /** Within so long each is looked at once, when they are not too many for that. */
  roundMs: number
  /** Between two looks there is at least so much time, however many there are. */
  leastGapMs: number
}

/** Whoever comes during one round is looked at in the next: so within 24 s up to 120, at most ten a second beyond. */
const PACE: Pace = { roundMs: 12_000, leastGapMs: 100 }

/** Looks at each of those that `names` gives, one after the other and again and again, until `signal` aborts. Rejects as `look` does. */
export async function lookInTurn(
  names: () => Iterable<string>,
  look: (name: string) => Promise<void>,
  signal: AbortSignal,
  { roundMs, leastGapMs }: Pace = PACE,
): Promise<void> {
  const wait = (ms: number) => pause(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    const round = [...names()]
    if (round.length === 0) await wait(roundMs)
    for (const name of round) {
      await wait(Math.max(leastGapMs, roundMs / round.length))
      if (signal.aborted) return
      await look(name)
    }
  }
}
