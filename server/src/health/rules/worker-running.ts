import type { CheckStatus } from '../../contract.ts'
import { finding, known, stopping, unseen, type Rule } from './rule.ts'
import { counted, lasting } from './words.ts'
import { workersOf } from './workers.ts'

/**
 * Whether consumers are connected to the queue, in whichever process and language. Where the store does not let us list
 * its clients, our own workers' heartbeats tell. `running` is true only when one was seen. None for 5 s fails: a rolling
 * restart leaves gaps of a second or two. A connection is no proof that anything is done (`consumers_alive`, `canary`):
 * a frozen worker is still connected minutes later. Where none is expected (`consumers: 0`), as in a queue that is scaled
 * to nothing while idle, none passes, and jobs that wait are seen by `progress` and `oldest_waiting`.
 */
export const workerRunning: Rule = (signals, limits) => {
  const { consumers, trend } = signals
  const name = 'worker_running'
  const living = workersOf(signals, limits)?.living
  const seen = known(consumers) ? consumers.length : consumers === 'unsupported' ? (living?.length ?? null) : null
  if (seen === null) {
    const never = 'This queue store does not let anyone list its clients, so consumers cannot be seen.'
    return unseen(name, signals, consumers as 'unsupported' | null, never, { running: null, consumers: null })
  }
  const { warn, fail } = limits.withoutConsumersS
  const told = { running: seen > 0, consumers: seen, value: seen, unit: 'consumers' as const, fail_at: 0 }
  if (seen > 0) {
    const few = seen < limits.consumers
    const expected = few ? `, ${limits.consumers} are expected` : ''
    const action = few ? 'Start the missing workers, or find out why they have ended.' : null
    const message = `${counted(seen, 'consumer')} connected${expected}.`
    return finding(name, few ? 'warn' : 'pass', message, { ...told, warn_at: limits.consumers - 1, action })
  }
  if (limits.consumers === 0) return finding(name, 'pass', 'No consumer is connected, and none is expected.', told)
  const forMs = trend.withoutConsumersMs
  const status: CheckStatus = forMs >= fail * 1000 ? 'fail' : forMs >= warn * 1000 ? 'warn' : 'unknown'
  const action = 'Start a worker; when one runs, see whether it has the right QUEUE_URL, QUEUE_PREFIX and queue.'
  const message =
    status === 'fail'
      ? 'No consumer is connected: jobs wait until a worker is started.'
      : `No consumer is connected; one was sought for ${lasting(forMs)} only so far.`
  const found = finding(name, status, message, { ...told, action })
  if (status === 'fail') return stopping(found)
  return forMs >= trend.coversMs ? { ...found, tooShort: true } : found
}
