import { finding, stopping, type Rule, type StoreFile } from './rule.ts'

const MB = 1024 * 1024

/** A reader that never ends keeps the log from being folded into the file; normal are some 30 megabytes. */
const LOG_WARN_BYTES = 256 * MB

/** Below this little work can still be taken in, and the log needs room too. */
const FREE_WARN_BYTES = 500 * MB
const FREE_FAIL_BYTES = 50 * MB

/**
 * Fails when the queue store did not answer the read of the signals within its deadline, when its disk is full or its file
 * is damaged. Named after the kind of store: `queue_redis`, `queue_sqlite` or `queue_postgres`.
 */
export const queueStore: Rule = ({ store }) => {
  const name = `queue_${store.kind}`
  if (!store.reachable) {
    const message = store.problem ? `The queue store cannot be used: ${store.problem}.` : silent[store.kind]
    return stopping(finding(name, 'fail', message, { latency_ms: null }))
  }
  const values = { latency_ms: Math.round(store.latencyMs * 10) / 10, ...fileValues(store.file) }
  const answered = `The queue store answered in ${Math.round(store.latencyMs)} ms`
  const [status, what] = store.file ? judge(store.file) : (['pass', ''] as const)
  return finding(name, status, `${answered}${what}.`, values)
}

const silent = {
  redis: 'The queue store does not answer: see whether Redis runs and QUEUE_URL names it.',
  postgres: 'The queue store does not answer: see whether PostgreSQL runs and QUEUE_URL names it.',
  sqlite: 'The queue store does not answer: another process may hold the queue file locked.',
}

function judge({ logBytes, freeBytes, integrity }: StoreFile): ['pass' | 'warn' | 'fail', string] {
  // The findings themselves may name what is in the file.
  if (integrity && integrity.damage.length > 0) {
    return [
      'fail',
      ', but its file is damaged: see `queue-ops store check`, and put a backup in its place by `queue-ops store restore FILE`',
    ]
  }
  const free = `${Math.floor(freeBytes / MB)} MB are free on its disk: make room`
  if (freeBytes < FREE_FAIL_BYTES) return ['fail', `, but only ${free}`]
  if (freeBytes < FREE_WARN_BYTES) return ['warn', `; only ${free}`]
  if (logBytes > LOG_WARN_BYTES) {
    return [
      'warn',
      `; its log has grown to ${Math.floor(logBytes / MB)} MB: some program reads the file without an end`,
    ]
  }
  if (integrity && integrity.repairable.length > 0) {
    return ['warn', '; its counts do not agree with its jobs: run `queue-ops store repair`, which loses nothing']
  }
  return ['pass', '']
}

const fileValues = (file: StoreFile | null) =>
  file && {
    size_bytes: file.sizeBytes,
    log_bytes: file.logBytes,
    free_bytes: file.freeBytes,
    clients: file.clients,
    integrity_checked_at: file.integrity?.checkedAt.toISOString() ?? null,
  }
