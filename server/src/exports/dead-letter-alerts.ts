import type { Job } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Store } from '../queue/store.ts'
import type { DeadLetterAlert } from '../contract.ts'

/** A receiver that is away for a night is told in the morning: 1 s, 2 s, 4 s … 9 hours in all. */
const ATTEMPTS = 16
const FIRST_PAUSE_MS = 1000

const ANSWER_WITHIN_MS = 10_000

/** Tells a URL of each job that has failed for good. */
export interface DeadLetterAlerts {
  /** Rejects when the store does not take it. */
  tell(alert: DeadLetterAlert): Promise<void>
  close(): Promise<void>
}

/**
 * Alerts are jobs of a queue of their own, so that they outlive this process and a receiver that is away. The same dead
 * letter is told once, however often it is put there; a receiver that takes it and then fails to say so is told again.
 *
 * @param queueName of the jobs that are told of; alerts are in the queue of that name and `-alerts`
 * @param url is sent a {@link DeadLetterAlert} by POST
 */
export function startDeadLetterAlerts(store: Store, queueName: string, url: string, log: Log): DeadLetterAlerts {
  const name = `${queueName}-alerts`
  const queue = store.openQueue(name, {
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: FIRST_PAUSE_MS },
    removeOnComplete: { age: 24 * 3600 },
    removeOnFail: { count: 1000 },
  })
  const worker = store.openWorker<DeadLetterAlert, void>(name, (job) => deliver(job, url), { concurrency: 1 })
  worker.on('failed', (job, error) => {
    if (!job) return
    const lost = job.finishedOn !== undefined
    log.warn({ event: 'alert_failed', job_id: job.data.job_id, err: error, lost }, 'a dead letter could not be told')
  })
  return {
    async tell(alert) {
      // Colons mean something in the ids of BullMQ.
      const jobId = `${alert.job_id} ${alert.failed_at}`.replaceAll(':', '-')
      await askStore(queue, () => queue.add('dead-letter', alert, { jobId }))
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

async function deliver({ data }: Job<DeadLetterAlert>, url: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
}
