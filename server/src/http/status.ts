import type { StatusReport } from '../contract.ts'
import type { Mount } from './mount.ts'

/**
 * `GET /api/status`: everything the status page shows. 503 when the queue store does not answer, with the last good fleet and
 * the time at which it was taken.
 */
export const mountStatus = (readStatus: () => Promise<StatusReport>): Mount => ({
  path: '/api/status',
  method: 'get',
  handler: async (_req, res) => {
    const status = await readStatus()
    res.setHeader('Cache-Control', 'no-store')
    res.status(status.queue ? 200 : 503).json(status)
  },
})
