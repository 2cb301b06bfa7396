import { HealthCheckInput, HealthReport } from '../contract.ts'
import type { Health } from '../health/health.ts'
import { readOnly, type Tool } from './tool.ts'

export const healthCheck = (health: Health): Tool<typeof HealthCheckInput, typeof HealthReport> => ({
  name: 'health_check',
  title: 'Check the health of the queue',
  description:
    'Tells whether exports really get done: the queue store answers and takes writes, workers live and take jobs, nothing waits too long, hangs or fails too often. Further queues that are watched are told in short. The answer is an error when anything is not healthy; summary names the cause and what to do.',
  input: HealthCheckInput,
  output: HealthReport,
  annotations: readOnly,
  async handle({ queue }) {
    const report = queue === undefined ? (await health.snapshot()).report : await health.reportOf(queue)
    return { output: shortened(report), isError: !report.healthy }
  },
})

/** Characters of JSON that a report may have. */
const LONG = 20_000

/** When many queues are ill, the checks of the first ones only: what each of them is ill with stands in its summary too. */
function shortened(report: HealthReport): HealthReport {
  if (!report.queues || sizeOf(report) < LONG) return report
  const bare = report.queues.map((queue) => ({ ...queue, checks: [], more_checks: queue.checks.length }))
  let left = LONG - sizeOf({ ...report, queues: bare })
  const queues = report.queues.map((queue, at) => {
    left -= sizeOf(queue.checks)
    return left >= 0 ? queue : (bare[at] ?? queue)
  })
  return { ...report, queues }
}

const sizeOf = (value: object) => JSON.stringify(value).length
