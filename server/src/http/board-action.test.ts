import { expect, test } from 'vitest'
import { queueOf, sayAction } from './board-action.ts'

const at = (route: string, params: Record<string, string> = {}, body: unknown = undefined) => ({ route, params, body })

test.each([
  [at('/api/queues/pause'), '*', 'pause'],
  [at('/api/queues/:queueName/pause', { queueName: 'mail' }), 'mail', 'pause'],
  [at('/api/queues/:queueName/:jobId/retry', { queueName: 'mail', jobId: '12' }), 'mail', 'retry, job 12'],
  [
    at('/api/queues/:queueName/clean/:queueStatus', { queueName: 'm', queueStatus: 'failed' }),
    'm',
    'remove all failed',
  ],
  [at('/api/queues/:queueName/concurrency', { queueName: 'm' }, { concurrency: 4 }), 'm', 'concurrency 4'],
  [at('/api/queues/:queueName/obliterate', { queueName: 'm' }, { force: true }), 'm', 'obliterate (force)'],
  [
    at('/api/queues/:queueName/:jobId/update-data', { queueName: 'm', jobId: 'x'.repeat(200) }, { jobData: { a: 1 } }),
    'm',
    `change the data, job ${'x'.repeat(100)}…`,
  ],
  [
    at('/api/queues/:queueName/job-schedulers/:schedulerId/run', { queueName: 'm', schedulerId: 'nightly' }),
    'm',
    'job schedulers nightly run',
  ],
])('%j is said in a few words', (action, queue, words) => {
  expect(queueOf(action)).toBe(queue)
  expect(sayAction(action)).toBe(words)
})
