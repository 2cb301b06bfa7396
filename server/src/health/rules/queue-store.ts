import { fileLimits } from './limits.ts'
import { finding, stopping, type Rule } from './rule.ts'
import type { StoreFile } from './signals.ts'

const MB = 1024 * 1024

/**
 * Fails when the queue store did not answer the read of the signals within its deadline of 1.5 s, when its disk is full or
 * its file is damaged. Named after the kind of store: `queue_redis`, `queue_sqlite` or `queue_postgres`. An answer is no
 * proof of more: a store that is full or read-only answers too (`store_writable`).
 */
export const queueStore: Rule = ({ store }) => {
  const name = `queue_${store.kind}`
  if (!store.reachable) {
    const message = store.problem
      ? `The queue store cannot be used: ${store.problem}.`
      : 'The queue store does not answer.'
    const action = store.problem ? 'Mend what it says; everything goes on by itself then.' : silent[store.kind]
    return stopping(finding(name, 'fail', message, { latency_ms: null, action }))
  }
  const told = { latency_ms: Math.round(store.latencyMs * 10) / 10, ...fileValues(store.file) }
  const answered = `The queue store answered in ${Math.round(store.latencyMs)} ms`
  const [status, what, action] = store.file ? judgeFile(store.file) : (['pass', ''] as const)
  return finding(name, status, `${answered}${what}.`, { ...told, action: action ?? null })
}

const silent = {
  redis: 'See whether Redis runs and QUEUE_URL names it.',
  postgres: 'See whether PostgreSQL runs and QUEUE_URL names it.',
  sqlite: 'See which process holds the queue file locked, and whether its disk is there.',
}

function judgeFile({ logBytes, freeBytes, integrity }: StoreFile): ['pass' | 'warn' | 'fail', string, string?] {
  // The findings themselves may name what is in the file.
  if (integrity && integrity.damage.length > 0) {
    return [
      'fail',
      ', but its file is damaged',
      'See `queue-ops store check`, and put a backup in its place by `queue-ops store restore FILE`.',
    ]
  }
  const free = `${Math.floor(freeBytes / MB)} MB are free on its disk`
  if (freeBytes < fileLimits.free.fail) return ['fail', `, but only ${free}`, 'Make room.']
  if (freeBytes < fileLimits.free.warn) return ['warn', `; only ${free}`, 'Make room.']
  if (logBytes > fileLimits.logWarn) {
    const grown = `; its log has grown to ${Math.floor(logBytes / MB)} MB`
    return ['warn', grown, 'Find the program that reads the file without an end.']
  }
  if (integrity && integrity.repairable.length > 0) {
    return ['warn', '; its counts do not agree with its jobs', 'Run `queue-ops store repair`, which loses nothing.']
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
