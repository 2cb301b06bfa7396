import { groupOfKey } from './error-masks.ts'

/** So many different errors are told apart: what has more of them than that has none that tells anything. */
const MAX_GROUPS = 2000

/** So many names of jobs are told of a group, and so much of each. */
const NAMES = 5
const NAME_CHARS = 100

/** The place of what came when there were too many. */
export const NO_GROUP = -1

/** An error that dead letters have in common. */
export interface KnownGroup {
  group: string
  /** Names of the jobs that have come into it, some. */
  names: Set<string>
}

interface Entry extends KnownGroup {
  key: string
  size: number
}

/** Groups by their places, which numbers stand for. A place that no dead letter has any more is given to another group. */
export class KnownGroups {
  readonly #entries: (Entry | null)[] = []
  readonly #byKey = new Map<string, number>()
  readonly #free: number[] = []

  /** The place of an error, a new one when needed; {@link NO_GROUP} when there are too many. */
  placeOf(key: string, jobName: string): number {
    const place = this.#byKey.get(key) ?? this.#add(key)
    const names = this.#entries[place]?.names
    if (names && names.size < NAMES) names.add(jobName.slice(0, NAME_CHARS))
    return place
  }

  at(place: number): KnownGroup | null {
    return this.#entries[place] ?? null
  }

  /** {@link NO_GROUP} when there is none of this name. */
  find(group: string): number {
    return this.#entries.findIndex((entry) => entry?.group === group)
  }

  /** Counts those that have come to a place, or gone from it. */
  count(places: readonly number[], change: 1 | -1): void {
    for (const place of places) {
      const entry = this.#entries[place]
      if (!entry) continue
      entry.size += change
      if (entry.size > 0) continue
      this.#byKey.delete(entry.key)
      this.#entries[place] = null
      this.#free.push(place)
    }
  }

  #add(key: string): number {
    if (this.#byKey.size >= MAX_GROUPS) return NO_GROUP
    const place = this.#free.pop() ?? this.#entries.length
    this.#entries[place] = { group: groupOfKey(key), names: new Set(), key, size: 0 }
    this.#byKey.set(key, place)
    return place
  }
}
