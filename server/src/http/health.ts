import type { Health } from '../health/health.ts'
import type { Mount } from './mount.ts'

/** `GET /livez`: this process answers. It says nothing of the queue, because a restart would not help the queue. */
export const mountLive = (): Mount => ({
  path: '/livez',
  method: 'get',
  handler: (_req, res) => void res.json({ ok: true }),
})

/** `GET /readyz`: 200 when this process can take work, which it can as soon as the queue store answers; else 503. */
export const mountReady = (health: Health): Mount => ({
  path: '/readyz',
  method: 'get',
  handler: async (_req, res) => {
    const { signals, report } = await health.snapshot()
    res.status(signals.store.reachable ? 200 : 503).json(report)
  },
})
