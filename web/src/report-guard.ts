import type {
  Check,
  Consumer,
  DeadLetter,
  FleetSnapshot,
  HealthReport,
  HistoryRollup,
  Incident,
  ProbeFinding,
  ProbeHistory,
  ProbeResult,
  ProbeStatus,
  ProbeStep,
  QueueHealth,
  QueueSnapshot,
  QueueStatus,
  StatusEvent,
  StatusReport,
  WatchedTarget,
  WorkerStatus,
} from '@queue-ops/server/contract'
import { has, isBoolean, isInstant, isNumber, isString, listOf, oneOf, orMissing, orNull, type Shape } from './shape.ts'

const isCheckStatus = oneOf('pass', 'warn', 'fail', 'unknown')
const isStepName = oneOf('connect', 'tls', 'handshake', 'tools_list', 'health_check', 'canary_export')
const maybeNumber = orMissing(orNull(isNumber))

const isCheck = has<Check>({
  name: isString,
  ok: isBoolean,
  status: isCheckStatus,
  message: isString,
  value: maybeNumber,
  unit: orMissing(isString),
  warn_at: orMissing(isNumber),
  fail_at: orMissing(isNumber),
  since: orMissing(isInstant),
  action: orMissing(orNull(isString)),
  running: orMissing(orNull(isBoolean)),
  consumers: maybeNumber,
  count: maybeNumber,
  active: maybeNumber,
  waiting: maybeNumber,
  limit: orMissing(isNumber),
  size_bytes: orMissing(isNumber),
  log_bytes: orMissing(isNumber),
  free_bytes: orMissing(isNumber),
  clients: orMissing(isNumber),
  integrity_checked_at: orMissing(orNull(isInstant)),
  latency_ms: maybeNumber,
})

const isHealthStatus = oneOf('operational', 'degraded', 'down')
const isHealth = has<HealthReport>({
  healthy: isBoolean,
  status: isHealthStatus,
  summary: isString,
  queue: isString,
  observed_at: isInstant,
  checks: listOf(isCheck),
  queues: orMissing(
    listOf(
      has<QueueHealth>({
        queue: isString,
        healthy: isBoolean,
        status: isHealthStatus,
        summary: isString,
        checks: listOf(isCheck),
        more_checks: maybeNumber,
      }),
    ),
  ),
})

const isCounts = has<QueueStatus['counts']>({
  waiting: isNumber,
  active: isNumber,
  delayed: isNumber,
  prioritized: isNumber,
  'waiting-children': isNumber,
  completed: isNumber,
  failed: isNumber,
})

const isQueue = has<QueueStatus>({
  counts: isCounts,
  paused: isBoolean,
  consumers: listOf(has<Consumer>({ name: isString, address: orNull(isString), connected_for_s: orNull(isNumber) })),
  workers: orNull(
    listOf(
      has<WorkerStatus>({
        worker: isString,
        host: isString,
        pid: isNumber,
        version: isString,
        started_at: isInstant,
        heartbeat_age_s: isNumber,
        event_loop_delay_ms: isNumber,
        concurrency: isNumber,
        jobs: listOf(has<WorkerStatus['jobs'][number]>({ job_id: isString, since: isInstant })),
        last_finished_at: orNull(isInstant),
      }),
    ),
  ),
  dead_letters: listOf(
    has<DeadLetter>({
      job_id: isString,
      name: isString,
      reason: isString,
      attempts: isNumber,
      failed_at: orNull(isInstant),
      board_url: isString,
    }),
  ),
})

const isProbeResult = has<ProbeResult>({
  schema: oneOf(2),
  time: isInstant,
  target: isString,
  status: isCheckStatus,
  exit_code: oneOf(0, 1, 2, 3),
  reason: orNull(isString),
  message: isString,
  failed_step: orNull(isStepName),
  duration_ms: isNumber,
  steps: listOf(has<ProbeStep>({ name: isStepName, ok: isBoolean, duration_ms: isNumber })),
  era: orNull(oneOf('modern', 'legacy')),
  findings: listOf(has<ProbeFinding>({ queue: isString, name: isString, status: isCheckStatus, message: isString })),
  certificate_expires_at: orNull(isInstant),
  canary_ms: orNull(isNumber),
  dead_letters: orNull(isNumber),
  consumer_running: orNull(isBoolean),
  consumers: orNull(isNumber),
  active: orNull(isNumber),
  waiting: orNull(isNumber),
})

const isFleet = has<FleetSnapshot>({
  sequence: isString,
  taken_at: isInstant,
  store_reachable: isBoolean,
  unread: orMissing(listOf(has<NonNullable<FleetSnapshot['unread']>[number]>({ queue: isString, reason: isString }))),
  queues: listOf(
    has<QueueSnapshot>({
      queue: isString,
      status: orNull(isHealthStatus),
      reason: isString,
      since: orNull(isInstant),
      paused: isBoolean,
      counts: isCounts,
      oldest_waiting_s: orNull(isNumber),
      dead_letters_per_min: orNull(isNumber),
      per_minute: orNull(isNumber),
      consumers: orNull(isNumber),
      consuming: orNull(isBoolean),
      last_success_at: orNull(isInstant),
    }),
  ),
})

const reportShape = {
  version: isString,
  health: isHealth,
  queue: orNull(isQueue),
  fleet: orNull(isFleet),
  read_only: isBoolean,
  probe_results: listOf(isProbeResult),
  board_url: isString,
} satisfies Shape<StatusReport>
const isReport = has<StatusReport>(reportShape)
const isEvent = has<StatusEvent>({ ...reportShape, probe_results: orMissing(listOf(isProbeResult)) })

const isIncident = has<Incident>({
  id: isString,
  target: isString,
  severity: oneOf('warn', 'fail'),
  reason: isString,
  message: isString,
  flapping: isBoolean,
  opened_at: isInstant,
  closed_at: orNull(isInstant),
})

const isWatchedTarget = has<WatchedTarget>({
  name: isString,
  interval_ms: isNumber,
  status: isCheckStatus,
  since: orNull(isInstant),
  last_result: orNull(isProbeResult),
  last_pass_at: orNull(isInstant),
  last_canary: orNull(has<NonNullable<WatchedTarget['last_canary']>>({ time: isInstant, canary_ms: isNumber })),
  incident: orNull(isIncident),
  in_maintenance: isBoolean,
})

const isStatusOfProbe = has<ProbeStatus>({
  served_by: oneOf('probe'),
  version: isString,
  time: isInstant,
  target: isString,
  targets: listOf(isWatchedTarget),
  silence: orNull(has<NonNullable<ProbeStatus['silence']>>({ since: isInstant, detail: isString })),
  report: orNull(isReport),
})

const isRollup = has<HistoryRollup>({
  target: isString,
  start: isInstant,
  runs: isNumber,
  warn: isNumber,
  fail: isNumber,
  unknown: isNumber,
  status: isCheckStatus,
  duration_ms: has<HistoryRollup['duration_ms']>({ min: isNumber, avg: isNumber, max: isNumber }),
  dead_letters_max: orNull(isNumber),
  waiting_max: orNull(isNumber),
  canary_ms_max: orNull(isNumber),
})

const isHistory = has<ProbeHistory>({
  schema: oneOf(1),
  version: isString,
  time: isInstant,
  targets: listOf(isWatchedTarget),
  resolution: oneOf('raw', 'minute', 'hour', 'day'),
  from: isInstant,
  to: isInstant,
  results: listOf(isProbeResult),
  rollups: listOf(isRollup),
  next_cursor: orNull(isString),
  incidents: listOf(isIncident),
  problem: orNull(isString),
})

/** Whether an answer is what the contract says. By hand, because zod would be most of the page's weight. */
export function isStatusReport(value: unknown): value is StatusReport {
  return isReport(value)
}

/** The same of an event, which may leave something out. */
export function isStatusEvent(value: unknown): value is StatusEvent {
  return isEvent(value)
}

/** The same when the probe serves the page. */
export function isProbeStatus(value: unknown): value is ProbeStatus {
  return isStatusOfProbe(value)
}

export function isProbeHistory(value: unknown): value is ProbeHistory {
  return isHistory(value)
}
