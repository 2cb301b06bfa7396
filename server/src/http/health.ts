import type { Request } from 'express'
import type { HealthReport } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Health } from '../health/health.ts'
import { HEALTH_JSON, healthJson } from './health-json.ts'
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

/**
 * `GET /api/health`: what health_check answers, of another watched queue by `?queue=`. 200 when healthy, else 503. As
 * `application/health+json` for who accepts that rather than plain JSON.
 */
export const mountHealth = (health: Health): Mount => ({
  path: '/api/health',
  method: 'get',
  handler: async (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.vary('Accept')
    const report = await asked(health, req)
    if (report instanceof OpsError) return void res.status(404).json({ error: report.message })
    res.status(report.healthy ? 200 : 503)
    if (req.accepts(['application/json', HEALTH_JSON]) === HEALTH_JSON) {
      return void res.type(HEALTH_JSON).send(JSON.stringify(healthJson(report)))
    }
    res.json(report)
  },
})

async function asked(health: Health, req: Request): Promise<HealthReport | OpsError> {
  const { queue } = req.query
  if (queue === undefined) return (await health.snapshot()).report
  try {
    return await health.reportOf(String(queue))
  } catch (error) {
    if (error instanceof OpsError && error.code === 'invalid_input') return error
    throw error
  }
}
