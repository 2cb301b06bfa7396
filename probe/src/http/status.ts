import type { ProbeStatus } from '@queue-ops/server/contract'
import { asError, asJson, type Route } from './route.ts'

/** What the page shows of a target: what its server says of itself, or since when it says nothing. */
export const status: Route = {
  path: '/api/status',
  async answer(query, { memory, servers, version, clock }) {
    const { targets } = memory
    const wanted = query.get('target')
    const target = wanted === null ? targets[0] : targets.find(({ name }) => name === wanted)
    if (target === undefined) return asError(404, 'There is no target of that name in the configuration.')
    const { report, silence } = await servers.look(target)
    const time = clock.now().toISOString()
    const whole: ProbeStatus = { served_by: 'probe', version, time, target: target.name, targets, silence, report }
    return asJson(whole)
  },
}
