import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Health } from '../health/health.ts'
import { queueMetrics, type QueueMetric } from '../health/queue-metrics.ts'
import type { Judged } from '../health/report.ts'
import { known } from '../health/rules/rule.ts'
import { version } from '../version.ts'
import type { Mount } from './mount.ts'

/** Around the limits of the canary check, 5 and 15 s. */
const CANARY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300]

/**
 * `GET /metrics`, for Prometheus. One series per queue, state and check and none per job or worker, so their number is
 * bounded by that of the queues (50). Answers 200 also when the store is gone: then `queue_ops_store_up` is 0 and what
 * is not known is left out.
 */
export function mountMetrics(health: Health): Mount {
  const lasting = new Registry()
  recordCanaries(health, lasting)
  const collector = collectorMetrics(lasting)
  return {
    path: '/metrics',
    method: 'get',
    handler: async (_req, res) => {
      const stop = collector.duration.startTimer({ collector: 'health' })
      const judged = await health.judged().catch((error: unknown) => {
        collector.errors.inc({ collector: 'health' })
        throw error
      })
      const looked = lookedRegistry(judged)
      stop()
      res.setHeader('Cache-Control', 'no-store')
      res.type(lasting.contentType).send(await Registry.merge([looked, lasting]).metrics())
    },
  }
}

function lookedRegistry(judged: readonly Judged[]): Registry {
  const registry = new Registry()
  for (const metric of queueMetrics) {
    const samples = samplesOf(metric, judged)
    // The library would print a 0 for one without labels.
    if (samples.length === 0) continue
    const labelNames = metric.of === 'queue' ? ['queue', ...metric.labels] : [...metric.labels]
    const options = { name: metric.name, help: metric.help, labelNames, registers: [registry] }
    const series = metric.type === 'gauge' ? new Gauge(options) : new Counter(options)
    for (const { labels, value } of samples) {
      if (series instanceof Gauge) series.set(labels, value)
      else series.inc(labels, value)
    }
  }
  return registry
}

function samplesOf(metric: QueueMetric, judged: readonly Judged[]) {
  const asked = metric.of === 'store' ? judged.slice(0, 1) : judged
  return asked.flatMap((one) =>
    metric.read(one).flatMap((sample) => {
      if (!sample) return []
      const queue = metric.of === 'store' ? {} : { queue: one.signals.queue }
      return [{ value: sample.value, labels: { ...queue, ...sample.labels } }]
    }),
  )
}

/** A canary that came through is counted at the look that first tells of it, whether or not anybody asks for metrics. */
function recordCanaries(health: Health, registry: Registry) {
  const latency = new Histogram({
    name: 'queue_ops_canary_latency_seconds',
    help: 'How long canaries took through the queue.',
    labelNames: ['queue'],
    buckets: CANARY_BUCKETS,
    registers: [registry],
  })
  const told = new Map<string, number>()
  health.onLook(({ signals: { queue, canary } }) => {
    if (!known(canary) || canary.finishedAt === null || canary.roundTripMs === null) return
    const before = told.get(queue)
    told.set(queue, canary.finishedAt)
    // The one of before the start was counted by whoever ran then.
    if (before !== undefined && before !== canary.finishedAt) latency.observe({ queue }, canary.roundTripMs / 1000)
  })
}

function collectorMetrics(registry: Registry) {
  const labelNames = ['collector'] as const
  const registers = [registry]
  new Gauge({ name: 'queue_ops_info', help: 'The version that runs.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )
  const duration = new Gauge({
    name: 'queue_ops_collector_duration_seconds',
    help: 'How long it took to collect the values for this page.',
    labelNames,
    registers,
  })
  const errors = new Counter({
    name: 'queue_ops_collector_errors_total',
    help: 'How often the values could not be collected for a reason of ours.',
    labelNames,
    registers,
  })
  errors.inc({ collector: 'health' }, 0)
  return { duration, errors }
}
