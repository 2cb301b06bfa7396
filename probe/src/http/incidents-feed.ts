import type { Incident } from '@queue-ops/server/contract'
import { readIncidents } from '../history/read-history.ts'
import { feedOf } from './rss.ts'
import { asError, type Answer, type Route } from './route.ts'

const LOOKBACK_MS = 30 * 24 * 3_600_000

/** `GET /incidents.rss`: what was opened and what is over again in the last 30 days, of all targets or of `?target=`. */
export const incidentsFeed: Route = {
  path: '/incidents.rss',
  answer(query, { memory, clock }): Answer {
    const target = query.get('target')
    if (target !== null && !memory.targets.some(({ name }) => name === target))
      return asError(404, 'There is no target of that name in the configuration.')
    const to = clock.now().getTime()
    const asked = { resolution: 'raw', from: to - LOOKBACK_MS, to, target, limit: 1, cursor: null } as const
    try {
      const incidents = memory.read((tables) => readIncidents(tables, asked))
      const title = target === null ? 'Incidents of all targets' : `Incidents of ${target}`
      return { status: 200, type: 'application/rss+xml; charset=utf-8', body: feedOf(title, incidents.flatMap(newsOf)) }
    } catch {
      return asError(503, 'The history cannot be read: the log of the probe says why.')
    }
  },
}

/** Its end is news of its own: readers show an item that they know only once. */
function newsOf({ id, target, severity, message, opened_at, closed_at }: Incident) {
  const trouble = severity === 'fail' ? 'fails' : 'has a problem'
  const opened = { id: `${id}:opened`, title: `${target} ${trouble}`, text: message, time: new Date(opened_at) }
  if (closed_at === null) return [opened]
  const minutes = Math.max(1, Math.round((Date.parse(closed_at) - Date.parse(opened_at)) / 60_000))
  const after = `It was not for about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}: ${message}`
  return [{ id: `${id}:closed`, title: `${target} is well again`, text: after, time: new Date(closed_at) }, opened]
}
