import type { CheckStatus, ProbeResult } from '@queue-ops/server/contract'
import type { Family, Sample } from './family.ts'

const statuses: readonly CheckStatus[] = ['pass', 'warn', 'fail', 'unknown']

/** What the last run of each target saw. */
export function runFamilies(results: readonly ProbeResult[]): Family[] {
  const gauge = (name: string, help: string, samples: (result: ProbeResult) => (Sample | null)[]): Family => ({
    name: `queue_probe_${name}`,
    help,
    type: 'gauge',
    samples: results.flatMap(samples).filter((sample) => sample !== null),
  })
  return [
    gauge('success', 'Whether a check of the last run succeeded; the check "run" is the whole of it.', (result) => [
      sample(result, Number(result.status === 'pass' || result.status === 'warn'), { check: 'run' }),
      ...result.steps.map(({ name, ok }) => sample(result, Number(ok), { check: name })),
    ]),
    gauge('status', 'What the last run said of the target: 1 for the status that it has.', (result) =>
      statuses.map((status) => sample(result, Number(result.status === status), { status })),
    ),
    gauge('duration_seconds', 'How long a step of the last run took; the step "run" is the whole of it.', (result) => [
      sample(result, result.duration_ms / 1000, { step: 'run' }),
      ...result.steps.map(({ name, duration_ms }) => sample(result, duration_ms / 1000, { step: name })),
    ]),
    gauge('last_run_timestamp_seconds', 'When the last run began.', (result) => [
      sample(result, Date.parse(result.time) / 1000),
    ]),
    gauge('findings', 'Checks of the health report that do not pass.', (result) => [
      sample(result, result.findings.length),
    ]),
    gauge('jobs', 'Jobs of the queue as the last run saw them.', (result) => [
      known(result, result.waiting, { state: 'waiting' }),
      known(result, result.active, { state: 'active' }),
      known(result, result.dead_letters, { state: 'dead_letter' }),
    ]),
    gauge('consumers', 'Consumers of the queue as the last run saw them.', (result) => [
      known(result, result.consumers),
    ]),
    gauge('tls_cert_not_after_timestamp_seconds', 'When the certificate of the target expires.', (result) => [
      known(result, result.certificate_expires_at === null ? null : Date.parse(result.certificate_expires_at) / 1000),
    ]),
    gauge('mcp_info', 'How the target speaks MCP.', ({ era, target }) => [
      era === null ? null : { labels: { target, era }, value: 1 },
    ]),
  ]
}

const sample = ({ target }: ProbeResult, value: number, labels: Record<string, string> = {}): Sample => ({
  labels: { target, ...labels },
  value,
})

const known = (result: ProbeResult, value: number | null, labels: Record<string, string> = {}): Sample | null =>
  value === null ? null : sample(result, value, labels)
