import { HandleDeadLettersOutput, ListOperationsOutput, OperationOutput } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { bury } from './support/bury.ts'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores } from './support/stores.ts'

const COUNT = 20_000
/** So that it takes some seconds, and can be killed in the middle on any machine. */
const RATE_PER_S = 4000

async function ask(server: Program, tool: string, args: object): Promise<unknown> {
  const body = JSON.stringify(args)
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/api/tools/${tool}`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${tool}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** Workers take a minute for so many on Redis. */
const fill: Record<string, (url: string, app: OtherApplication) => Promise<void>> = {
  SQLite: (_url, app) => app.fail(COUNT, (n) => `Error: ${n}`),
  Redis: (url, app) =>
    bury(
      url,
      app.queue.name,
      Array.from({ length: COUNT }, (_, n) => ({ id: `${n + 1}`, name: 'send', reason: `Error: ${n}` })),
    ),
}

test.concurrent.each(Object.keys(fill))(
  `on %s a server is killed in the middle of ${COUNT} retries and started again: each is retried once, and the trail tells it`,
  async (name) => {
    const start = stores[name]
    if (!start) throw new Error(`there is no store ${name}`)
    await using store = await start()
    await using folder = await temporaryFolder()
    await using app = await openApplication(store.url, 'mail')
    await fill[name]?.(store.url, app)
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, QUEUES: 'mail', CANARY_INTERVAL_MS: '0' }
    const args = { queue: 'mail', filter: { reason_contains: 'Error' } }

    await using first = await startProgram(settings)
    const preview = HandleDeadLettersOutput.parse(await ask(first, 'retry_dead_letters', args))
    expect(preview.count).toBe(COUNT)
    const confirmed = { ...args, confirm_token: preview.confirm_token, rate_per_s: RATE_PER_S }
    const { operation_id: id } = HandleDeadLettersOutput.parse(await ask(first, 'retry_dead_letters', confirmed))
    const statusAt = async (server: Program) =>
      OperationOutput.parse(await ask(server, 'get_operation', { operation_id: id }))
    await eventually(async () => expect((await statusAt(first)).done).toBeGreaterThan(COUNT / 4))
    await first.stop('SIGKILL')
    const waiting = await app.queue.getWaitingCount()
    expect(waiting).toBeLessThan(COUNT)

    await using second = await startProgram(settings)
    // What a killed server has done is known to the next one before anybody goes on with it.
    expect((await statusAt(second)).done).toBeGreaterThanOrEqual(waiting)
    await eventually(async () => expect((await statusAt(second)).state).toBe('completed'))
    expect(await app.queue.getJobCounts('waiting', 'failed')).toEqual({ waiting: COUNT, failed: 0 })
    const answer = await fetch(`${second.url}/api/operations?queue=mail`)
    expect(ListOperationsOutput.parse(await answer.json()).operations).toMatchObject([
      {
        operation_id: id,
        kind: 'retry',
        about: 'reason contains Error',
        asked_by: expect.stringMatching(/^page (127\.0\.0\.1|::1)$/),
        rate_per_s: RATE_PER_S,
        total: COUNT,
        done: COUNT,
        gone: 0,
        kept: 0,
        cancelled: false,
        fail_reason: null,
      },
    ])
  },
)
