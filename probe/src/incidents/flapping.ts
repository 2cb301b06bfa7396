/** So many results are looked at, as Nagios does ("Detection and Handling of State Flapping"). */
export const flappingResults = 21

/**
 * Above this part of changes a target flaps: three times down and up again within 21 results. Nagios' own 20 % would call
 * two short failures in ten minutes so, which are two incidents that people want to know of.
 */
const HIGH = 0.3
/** Below this part it is steady again: about fifteen results without a change. */
const LOW = 0.1

/** A change between the two newest results weighs 1.2, one between the two oldest 0.8. */
const NEWEST = 1.2
const OLDEST = 0.8

/**
 * Whether the results go to and fro, oldest first. It begins above {@link HIGH} and ends below {@link LOW}, so that it does
 * not flap itself. Results that are not there yet count as unchanged.
 */
export function isFlapping<T>(results: readonly T[], wasFlapping: boolean): boolean {
  const part = changedPart(results.slice(-flappingResults))
  return wasFlapping ? part >= LOW : part > HIGH
}

function changedPart<T>(results: readonly T[]): number {
  const changes = flappingResults - 1
  let sum = 0
  for (let at = 1; at < results.length; at++) {
    if (results[at] === results[at - 1]) continue
    const age = results.length - 1 - at
    sum += NEWEST - ((NEWEST - OLDEST) * age) / (changes - 1)
  }
  return sum / changes
}
