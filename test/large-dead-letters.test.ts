import { ListDeadLettersOutput } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { bury } from './support/bury.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

const JOBS = 1500
const REASON_CHARS = 100_000

/** Much less than what all reasons take, which is 150 MB. */
const HEAP_MB = 128

function* jobs() {
  const body = 'x'.repeat(REASON_CHARS)
  for (let n = 0; n < JOBS; n += 1)
    yield { id: `${n}`, name: 'mail', reason: `${n % 2 === 0 ? 'Bad gateway' : 'Too late'}: ${n} <html>${body}` }
}

test('dead letters are told by a server that has not the memory for all that they say, also to several at a time', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  await bury(redis.url, 'fat', jobs())
  const settings = { DATA_DIR: folder.path, QUEUE_URL: redis.url, QUEUES: 'fat', ROLE: 'server' }
  await using server = await startProgram({ ...settings, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` })
  await using mcp = await connectHttp(server.url)
  const list = async (args = {}) =>
    ListDeadLettersOutput.parse((await mcp.call('list_dead_letters', { queue: 'fat', ...args })).structuredContent)
  const answers = await Promise.all(Array.from({ length: 3 }, () => list()))
  for (const told of answers) {
    expect(told).toMatchObject({ total: JOBS, looked_at: JOBS, in_no_group: 0, ids_left_out: 0 })
    expect(told.groups.map(({ count }) => count)).toEqual([JOBS / 2, JOBS / 2])
  }
  const groups = answers[0]?.groups ?? []
  expect(groups[0]).toMatchObject({
    job_ids: ['1499', '1497', '1495'],
    untrusted_error: expect.stringMatching(/^Too late: 1499 <html>x+… \(99\d\d\d more characters\)$/),
  })
  const { jobs: ofGroup } = await list({ group: groups[1]?.group, limit: 2 })
  expect(ofGroup.map(({ job_id: id }) => id)).toEqual(['1498', '1496'])
  expect(server.process.exitCode).toBeNull()
})
