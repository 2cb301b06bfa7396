import type {
  Check,
  Consumer,
  DeadLetter,
  HealthReport,
  ProbeResult,
  ProbeStep,
  QueueStatus,
  StatusReport,
} from '@queue-ops/server/contract'

type Test = (value: unknown) => boolean
/** Names every field of the contract, so a field that is added, renamed or dropped there fails the build here. */
type Shape<T> = { [K in keyof T]-?: Test }

const isString: Test = (value) => typeof value === 'string'
const isNumber: Test = (value) => typeof value === 'number'
const isBoolean: Test = (value) => typeof value === 'boolean'
const isInstant: Test = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const oneOf =
  (...allowed: unknown[]): Test =>
  (value) =>
    allowed.includes(value)
const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value)
const orMissing =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value)
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test)
const has =
  <T>(shape: Shape<T>): Test =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries<Test>(shape).every(([name, test]) => test(Reflect.get(value, name)))

const isCheckStatus = oneOf('pass', 'warn', 'fail', 'unknown')
const isStepName = oneOf('initialize', 'tools_list', 'health_check')
const maybeNumber = orMissing(orNull(isNumber))

const isCheck = has<Check>({
  name: isString,
  ok: isBoolean,
  status: isCheckStatus,
  message: isString,
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

const isHealth = has<HealthReport>({
  healthy: isBoolean,
  status: oneOf('operational', 'degraded', 'down'),
  summary: isString,
  queue: isString,
  observed_at: isInstant,
  checks: listOf(isCheck),
})

const isQueue = has<QueueStatus>({
  counts: has<QueueStatus['counts']>({
    waiting: isNumber,
    active: isNumber,
    delayed: isNumber,
    prioritized: isNumber,
    'waiting-children': isNumber,
    completed: isNumber,
    failed: isNumber,
  }),
  paused: isBoolean,
  consumers: listOf(has<Consumer>({ name: isString, address: orNull(isString), connected_for_s: orNull(isNumber) })),
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
  schema: oneOf(1),
  time: isInstant,
  target: isString,
  status: isCheckStatus,
  exit_code: oneOf(0, 1, 2, 3),
  message: isString,
  failed_step: orNull(isStepName),
  duration_ms: isNumber,
  steps: listOf(has<ProbeStep>({ name: isStepName, ok: isBoolean, duration_ms: isNumber })),
  dead_letters: orNull(isNumber),
  consumer_running: orNull(isBoolean),
  consumers: orNull(isNumber),
  active: orNull(isNumber),
  waiting: orNull(isNumber),
})

const isReport = has<StatusReport>({
  version: isString,
  health: isHealth,
  queue: orNull(isQueue),
  probe_results: listOf(isProbeResult),
  board_url: isString,
})

/** Whether an answer is what the contract says. By hand, because zod would be most of the page's weight. */
export function isStatusReport(value: unknown): value is StatusReport {
  return isReport(value)
}
