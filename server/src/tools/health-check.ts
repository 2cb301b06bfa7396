import { z } from 'zod'
import { HealthReport } from '../contract.ts'
import type { Health } from '../health/health.ts'
import { readOnly, type Tool } from './tool.ts'

const NoInput = z.strictObject({})

export const healthCheck = (health: Health): Tool<typeof NoInput, typeof HealthReport> => ({
  name: 'health_check',
  title: 'Check the health of the queue',
  description:
    'Tells whether exports really get done: the queue store answers, a consumer is connected, dead letters and waiting jobs are below their limits. The answer is an error when the queue is not healthy.',
  input: NoInput,
  output: HealthReport,
  annotations: readOnly,
  async handle() {
    const { report } = await health.snapshot()
    return { output: report, isError: !report.healthy }
  },
})
