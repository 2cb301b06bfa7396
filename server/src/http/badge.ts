import type { HealthStatus } from '../contract.ts'
import type { Snapshots } from '../snapshot/snapshots.ts'
import { badge } from './badge-svg.ts'
import type { Mount } from './mount.ts'

/** A page with the badge of hundreds of readers is no reason to draw it anew for each. */
const MAX_AGE_S = 10

/** White on each of them has a contrast of at least 4.5 to 1. */
const colours: Record<HealthStatus | 'unknown', string> = {
  operational: '#1a7f37',
  degraded: '#9a6700',
  down: '#cf222e',
  unknown: '#57606a',
}

/**
 * `GET /badge.svg`: how all queues are, as an image to put into other pages; of one by `?queue=`. An image is always answered,
 * so that a page shows no broken one: `unknown` for a queue that is not there or whose health is not watched.
 */
export const mountBadge = (snapshots: Snapshots): Mount => ({
  path: '/badge.svg',
  method: 'get',
  handler: async (req, res) => {
    const { health, fleet, queue } = await snapshots.now()
    const asked = typeof req.query['queue'] === 'string' ? req.query['queue'] : null
    const row = fleet?.queues.find((row) => row.queue === asked)
    // What was known of a queue whose store is gone is not how it is.
    const status = asked === null ? health.status : queue === null && row ? 'down' : (row?.status ?? 'unknown')
    res.setHeader('Cache-Control', `public, max-age=${MAX_AGE_S}`)
    res.type('image/svg+xml').send(badge(row?.queue ?? 'queues', status, colours[status]))
  },
})
