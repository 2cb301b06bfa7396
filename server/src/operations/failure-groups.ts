import type { Death, Span } from '../queue/dead-letter-store.ts'
import type { FailureIndex } from './failure-index.ts'
import { NO_GROUP } from './known-groups.ts'

/** Equal parts of the time between the oldest and the newest. */
export const SPARKS = 30

const SAMPLES = 5

/** All of them. */
export const always: Span = { from: -Infinity, to: Infinity }

/** From one time to another, in ISO 8601, both included. */
export const spanOf = (after: string | undefined, before: string | undefined): Span => ({
  from: after === undefined ? -Infinity : Date.parse(after),
  to: before === undefined ? Infinity : Date.parse(before),
})

/** Dead letters with the same error. */
export interface FoundGroup {
  group: string
  names: string[]
  count: number
  firstAt: number
  lastAt: number
  /** The newest ones, the newest first. */
  newest: Death[]
  spark: number[]
}

/** What a window has. */
export interface FoundGroups {
  /** The largest first. */
  groups: FoundGroup[]
  /** In the window, and how many of them are in no group because there were too many errors. */
  count: number
  beyond: number
  from: number | null
  to: number | null
}

/** The groups of the dead letters that failed in a window. */
export function groupsIn(index: FailureIndex, window: Span): FoundGroups {
  const [from, to, count] = endsIn(index, window)
  if (count === 0) return { groups: [], count, beyond: 0, from: null, to: null }
  const found = new Map<number, FoundGroup>()
  const span = (to - from + 1) / SPARKS
  let beyond = 0
  index.each((death, place) => {
    if (!isIn(window, death)) return
    const group = found.get(place) ?? begin(index, place, death.failedAt)
    if (!group) {
      beyond += 1
      return
    }
    found.set(place, group)
    group.count += 1
    group.lastAt = death.failedAt
    const at = Math.floor((death.failedAt - from) / span)
    group.spark[at] = (group.spark[at] ?? 0) + 1
    keepNewest(group, death)
  })
  const groups = [...found.values()].toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt)
  for (const group of groups) group.newest.reverse()
  return { groups, count, beyond, from, to }
}

/** Whether it failed in a window. */
export const isIn = ({ from, to }: Span, { failedAt }: Death): boolean => failedAt >= from && failedAt <= to

function endsIn(index: FailureIndex, window: Span): [from: number, to: number, count: number] {
  let [from, to, count] = [Infinity, -Infinity, 0]
  index.each((death) => {
    if (!isIn(window, death)) return
    count += 1
    if (death.failedAt < from) from = death.failedAt
    if (death.failedAt > to) to = death.failedAt
  })
  return [from, to, count]
}

/** They come in the order in which they failed, so the newest are those that came last. */
function keepNewest({ newest }: FoundGroup, death: Death) {
  newest.push(death)
  if (newest.length > SAMPLES) newest.shift()
}

function begin(index: FailureIndex, place: number, failedAt: number): FoundGroup | null {
  const known = place === NO_GROUP ? null : index.at(place)
  if (!known) return null
  const spark = Array.from({ length: SPARKS }, () => 0)
  const { group, names } = known
  return { group, names: [...names], count: 0, firstAt: failedAt, lastAt: failedAt, newest: [], spark }
}
