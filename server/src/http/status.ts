import type { Snapshots } from '../snapshot/snapshots.ts'
import type { Mount } from './mount.ts'
import type { ProbeResults } from './probe-results.ts'
import { statusReport } from './status-report.ts'

/**
 * `GET /api/status`: everything the status page shows. 503 when the queue store does not answer, with the last good fleet and
 * the time at which it was taken.
 */
export const mountStatus = (snapshots: Snapshots, probeResults: ProbeResults, readOnly: boolean): Mount => ({
  path: '/api/status',
  method: 'get',
  handler: async (_req, res) => {
    const [snapshot, results] = await Promise.all([snapshots.now(), probeResults.latest()])
    res.setHeader('Cache-Control', 'no-store')
    res.status(snapshot.queue ? 200 : 503).json(statusReport(snapshot, results, readOnly))
  },
})
