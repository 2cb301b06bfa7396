import type { FleetSnapshot, HealthStatus, QueueSnapshot } from '@queue-ops/server/contract'
import { secondsSince, span } from '../age.ts'

/** Names beyond that are counted. */
const namesShown = 3

/**
 * All watched queues in a sentence: how many work, which do not. Null when there is but one, whose own sentence says more, or
 * when they are not of now.
 */
export function fleetSentence(fleet: FleetSnapshot | null): string | null {
  const queues = fleet?.store_reachable ? fleet.queues.filter(({ status }) => status !== null) : []
  if (queues.length < 2) return null
  const [down, degraded] = [withStatus(queues, 'down'), withStatus(queues, 'degraded')]
  const well = queues.length - down.length - degraded.length
  const [only, ...more] = [...down, ...degraded]
  if (!only) return `All ${queues.length} watched queues work.`
  if (more.length === 0) return `${only.reason} ${otherWork(well)}`
  const parts = [...areSo(down, 'down'), ...areSo(degraded, 'degraded')]
  return `${parts.join('; ')}. ${well > 0 ? otherWork(well) : ''}`.trim()
}

/** How long it has been like this, when all that is so has been for a known time: `for 3 h 5 min`. */
export function sinceInWords(fleet: FleetSnapshot | null, status: HealthStatus, now: number): string | null {
  const times = fleet?.store_reachable ? withStatus(fleet.queues, status).map(({ since }) => since) : []
  const known = times.filter((since) => since !== null).toSorted()
  const [first] = known
  return first === undefined || known.length < times.length ? null : `for ${span(secondsSince(first, now))}`
}

const withStatus = (queues: readonly QueueSnapshot[], wanted: HealthStatus) =>
  queues.filter(({ status }) => status === wanted)

const otherWork = (well: number) => (well === 1 ? 'The other one works.' : `The other ${well} work.`)

function areSo(queues: readonly QueueSnapshot[], word: HealthStatus): string[] {
  const names = queues.slice(0, namesShown).map(({ queue }) => queue)
  const left = queues.length - names.length
  if (names.length === 0) return []
  const all = left > 0 ? [...names, `${left} more`] : names
  const last = all.pop()
  return [`${all.length > 0 ? `${all.join(', ')} and ${last} are` : `${last} is`} ${word}`]
}
