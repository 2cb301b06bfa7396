import { exposition, expositionType } from '../metrics/exposition.ts'
import { runFamilies } from '../metrics/run-families.ts'
import { asError, type Route } from './route.ts'

/** Runs a target now and answers what that run saw, so that a scrape of Prometheus can be the schedule. */
export const probe: Route = {
  path: '/probe',
  async answer(query, { runNow }) {
    const target = query.get('target')
    if (target === null) return asError(400, 'Name a target: /probe?target=NAME.')
    const run = runNow(target)
    if (run === null) return asError(404, 'There is no target of that name in the configuration.')
    return { status: 200, type: expositionType, body: exposition(runFamilies([await run])) }
  },
}
