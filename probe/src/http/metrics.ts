import { exposition, expositionType } from '../metrics/exposition.ts'
import { probeFamilies } from '../metrics/probe-families.ts'
import type { Route } from './route.ts'

/** What the probe sees, for Prometheus to scrape. */
export const metrics: Route = {
  path: '/metrics',
  answer: (_query, { memory, ...about }) => ({
    status: 200,
    type: expositionType,
    body: exposition(probeFamilies(memory, about)),
  }),
}
