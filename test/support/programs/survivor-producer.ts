import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'

const { Queue } = withBackend(createSqliteBackend)
const queue = new Queue('work', { connection: { path: process.argv[2] ?? '' } })
const job = await queue.add('report', {}, { deduplication: { id: 'daily' } })
process.send?.(job.id)
