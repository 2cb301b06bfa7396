import { finding, stopping, storeGone, type Rule } from './rule.ts'

/**
 * Fails when no live consumer is connected to the queue, in whichever process it might be. `running` is true only when
 * one was seen.
 */
export const workerRunning: Rule = ({ consumers }) => {
  if (consumers === null) return finding('worker_running', 'unknown', storeGone, { running: null, consumers: null })
  if (consumers === 'unsupported') {
    const message = 'This queue store does not let anyone list its clients, so consumers cannot be seen.'
    return finding('worker_running', 'unknown', message, { running: null, consumers: null })
  }
  const values = { running: consumers.length > 0, consumers: consumers.length }
  if (consumers.length === 0) {
    const message = 'No consumer is connected: jobs wait until a worker is started.'
    return stopping(finding('worker_running', 'fail', message, values))
  }
  const message = `${consumers.length} ${consumers.length === 1 ? 'consumer' : 'consumers'} connected.`
  return finding('worker_running', 'pass', message, values)
}
