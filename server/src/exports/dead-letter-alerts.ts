import type { Job } from 'bullmq'
import type { DeadLetterAlert } from '../contract.ts'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Store } from '../queue/store.ts'
import { dataOf, failReason, type ExportJob, type ExportQueue } from './export-job.ts'

/** A receiver that is away for a night is told in the morning: 1 s, 2 s, 4 s … 9 hours in all. */
const ATTEMPTS = 16
const FIRST_PAUSE_MS = 1000

const ANSWER_WITHIN_MS = 10_000

/** How often dead letters are looked for that nobody has told of, because who worked on them died in that moment. */
const LOOK_EVERY_MS = 10_000

/** At the start it is looked back so far; alerts are kept longer, so that none is told twice. */
const LOOK_BACK_MS = 12 * 3600 * 1000
const ALERT_KEPT_S = 24 * 3600

/** Afterwards no further than this beyond the look before: clocks differ, and jobs end while it is looked. */
const OVERLAP_MS = 60_000

const PAGE = 100
const MOST_LOOKED_AT = 2000

/** Tells a URL of each job that has failed for good. */
export interface DeadLetterAlerts {
  /** At once, and when the store does not take it now, with the next look. */
  tell(job: ExportJob): void
  close(): Promise<void>
}

/** What is told of a dead letter. Holds no data of the job. */
export function deadLetterOf(job: ExportJob): DeadLetterAlert {
  const { dataset, format } = dataOf(job)
  return {
    event: 'job_dead_letter',
    queue: job.queueName,
    job_id: job.id ?? '',
    dataset: dataset ?? null,
    format: format ?? null,
    attempts: job.attemptsMade,
    reason: failReason(job.failedReason ?? ''),
    failed_at: new Date(job.finishedOn ?? 0).toISOString(),
  }
}

/**
 * Alerts are jobs of a queue of their own, so that they outlive this process and a receiver that is away. The same dead
 * letter is told once, however often it is put there; a receiver that takes it and then fails to say so is told again.
 *
 * @param dead whose dead letters are told of; alerts are in the queue of that name and `-alerts`
 * @param url is sent a {@link DeadLetterAlert} by POST
 */
export function startDeadLetterAlerts(store: Store, dead: ExportQueue, url: string, log: Log): DeadLetterAlerts {
  const name = `${dead.name}-alerts`
  const queue = store.openQueue(name, {
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: FIRST_PAUSE_MS },
    removeOnComplete: { age: ALERT_KEPT_S },
    removeOnFail: { age: ALERT_KEPT_S },
  })
  const worker = store.openWorker<DeadLetterAlert, void>(name, (job) => deliver(job, url), { concurrency: 1 })
  worker.on('failed', (job, error) => {
    if (!job) return
    const lost = job.finishedOn !== undefined
    log.warn({ event: 'alert_failed', job_id: job.data.job_id, err: error, lost }, 'a dead letter could not be told')
  })
  let since = Date.now() - LOOK_BACK_MS
  let looking: Promise<void> | null = null
  let closed = false
  async function look() {
    const begun = Date.now()
    try {
      for await (const job of failedSince(dead, since)) {
        if (closed) return
        await put(queue, deadLetterOf(job))
      }
      since = begun - OVERLAP_MS
    } catch (error) {
      log.warn({ event: 'alerts_not_looked', err: error }, 'dead letters could not be looked for: trying again')
    }
  }
  const lookOnce = () => {
    looking ??= look().finally(() => (looking = null))
  }
  lookOnce()
  const timer = setInterval(lookOnce, LOOK_EVERY_MS)
  return {
    tell(job) {
      const alert = deadLetterOf(job)
      put(queue, alert).catch((cause: unknown) =>
        log.warn({ ...alert, event: 'alert_put_off', err: cause }, 'a dead letter is told with the next look'),
      )
    },
    async close() {
      closed = true
      clearInterval(timer)
      await looking
      await worker.close()
      await queue.close()
    },
  }
}

async function put(queue: ReturnType<Store['openQueue']>, alert: DeadLetterAlert): Promise<void> {
  // Colons mean something in the ids of BullMQ, which keeps the first of two jobs with one id.
  const jobId = `${alert.job_id} ${alert.failed_at}`.replaceAll(':', '-')
  await askStore(queue, () => queue.add('dead-letter', alert, { jobId }))
}

/** Newest first. */
async function* failedSince(dead: ExportQueue, since: number): AsyncGenerator<ExportJob> {
  for (let at = 0; at < MOST_LOOKED_AT; at += PAGE) {
    const page = await askStore(dead, () => dead.getFailed(at, at + PAGE - 1))
    for (const job of page) {
      if ((job.finishedOn ?? 0) < since) return
      yield job
    }
    if (page.length < PAGE) return
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
