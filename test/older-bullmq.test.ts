import { HandleDeadLettersOutput, OperationOutput } from '@queue-ops/server/contract'
import { Queue as OlderQueue, Worker as OlderWorker } from 'bullmq-5'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

test('the dead letters of an application with BullMQ 5 are retried and discarded, and none is lost by its own way to pause', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = { QUEUE_URL: redis.url, DATA_DIR: folder.path, QUEUES: 'older', CANARY_INTERVAL_MS: '0' }
  await using program = await startProgram(settings)
  await using mcp = await connectHttp(program.url)
  const connection = { url: redis.url, maxRetriesPerRequest: null }
  const queue = new OlderQueue('older', { connection })
  let outcome: 'fails' | 'completes' = 'fails'
  const worker = new OlderWorker(
    'older',
    async () => {
      if (outcome === 'fails') throw new Error('broken')
    },
    { connection },
  )
  await queue.addBulk(
    Array.from({ length: 60 }, (_, n) => ({ name: 'send', data: { n }, opts: n % 3 === 0 ? { priority: 1 + n } : {} })),
  )
  await eventually(async () => expect(await queue.getFailedCount()).toBe(60))
  const handle = async (tool: string, args: Record<string, unknown>) =>
    HandleDeadLettersOutput.parse((await mcp.call(tool, args)).structuredContent)
  const begin = async (tool: string, args: Record<string, unknown>) => {
    const { confirm_token: token } = await handle(tool, args)
    return (await handle(tool, { ...args, confirm_token: token })).operation_id
  }
  const inState = (id: string | null, state: string) =>
    eventually(async () => {
      const status = OperationOutput.parse((await mcp.call('get_operation', { operation_id: id })).structuredContent)
      expect(status.state).toBe(state)
      return status
    })

  // Paused by its own application: what is put back now would be lost when that resumes it.
  await queue.pause()
  const refused = await begin('retry_dead_letters', { queue: 'older', filter: {} })
  expect((await inState(refused, 'failed')).fail_reason).toContain('resume it first')
  expect(await queue.getFailedCount()).toBe(60)
  expect((await mcp.call('resume_queue', { queue: 'older' })).structuredContent).toMatchObject({ changed: true })
  expect(answerText(await mcp.call('pause_queue', { queue: 'older' }))).toEqual({
    error: expect.stringContaining('pause it from its application'),
  })

  const some = (await queue.getFailed(0, 9)).map((job) => job.id)
  await inState(await begin('discard_dead_letters', { queue: 'older', ids: some }), 'completed')
  expect(await queue.getFailedCount()).toBe(50)
  outcome = 'completes'
  const retried = await inState(await begin('retry_dead_letters', { queue: 'older', filter: {} }), 'completed')
  expect(retried).toMatchObject({ total: 50, done: 50, gone: 0 })
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(50))
  expect(await queue.getJobCounts('waiting', 'prioritized', 'active', 'failed', 'paused')).toEqual({
    waiting: 0,
    prioritized: 0,
    active: 0,
    failed: 0,
    paused: 0,
  })
  await worker.close()
  await queue.close()
})
