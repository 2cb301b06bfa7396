import type { Family, Sample } from './family.ts'

/**
 * The same metrics in OTLP's JSON (opentelemetry-proto `ExportMetricsServiceRequest`, 64-bit integers as text). Names are
 * those of `/metrics`, so that a dashboard does not care how they came.
 */
export function otlpRequest(families: readonly Family[], about: { version: string; startedAt: Date; now: Date }) {
  const { version, startedAt, now } = about
  const times = { startTimeUnixNano: nanoseconds(startedAt), timeUnixNano: nanoseconds(now) }
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: attributes({ 'service.name': 'queue-ops-probe', 'service.version': version }),
        },
        scopeMetrics: [
          {
            scope: { name: 'queue-ops-probe', version },
            metrics: families.filter(({ samples }) => samples.length > 0).map((family) => metric(family, times)),
          },
        ],
      },
    ],
  }
}

interface Times {
  startTimeUnixNano: string
  timeUnixNano: string
}

/** Of values that are counted since the start of the probe, as Prometheus has them. */
const CUMULATIVE = 2

function metric({ name, help, type, samples }: Family, times: Times) {
  const about = { name, description: help, unit: /_seconds(_total)?$/.test(name) ? 's' : '' }
  const { timeUnixNano } = times
  if (type === 'gauge') return { ...about, gauge: { dataPoints: samples.map((each) => point(each, { timeUnixNano })) } }
  const dataPoints = samples.map((each) => point(each, times))
  return { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
}

function point({ labels, value }: Sample, times: Partial<Times>) {
  return { attributes: attributes(labels), ...times, asDouble: value }
}

function attributes(labels: Record<string, string>) {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

const nanoseconds = (time: Date) => `${time.getTime()}000000`
