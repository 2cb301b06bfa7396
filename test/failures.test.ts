import { randomUUID } from 'node:crypto'
import { FailureGroups, FailuresOfGroup, GetJobOutput, ListDeadLettersOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApplication, type OtherApplication } from './support/dead-letters.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores } from './support/stores.ts'

const causes = [
  (n: number) => `connect ECONNREFUSED 10.0.${n % 250}.7:6379`,
  () => `customer ${randomUUID()} not found`,
  (n: number) => `cannot open /data/${n}/x${n * 7}.csv`,
]

for (const [storeName, startStore] of Object.entries(stores).filter(([name]) => name !== 'PostgreSQL')) {
  describe(`on ${storeName}`, () => {
    const opened = new AsyncDisposableStack()
    let app: OtherApplication
    let url: string

    const get = async (path: string): Promise<unknown> => {
      const response = await fetch(`${url}${path}`)
      expect([path, response.status]).toEqual([path, 200])
      return response.json()
    }
    const failures = async (query = '') => FailureGroups.parse(await get(`/api/queues/mail/failures${query}`))
    const ofGroup = async (group: string, query = '') =>
      FailuresOfGroup.parse(await get(`/api/queues/mail/failures/${group}${query}`))

    beforeAll(async () => {
      const store = opened.use(await startStore())
      const folder = opened.use(await temporaryFolder())
      app = opened.use(await openApplication(store.url, 'mail'))
      const settings = { DATA_DIR: folder.path, QUEUE_URL: store.url, QUEUES: 'mail', ROLE: 'server' }
      url = opened.use(await startProgram(settings)).url
      await app.fail(300, (n) => causes[n % 3]?.(n) ?? '')
    })
    afterAll(() => opened.disposeAsync())

    test('all dead letters are told by error, with when they came, and those of one error in pages', async () => {
      const told = await failures()
      expect(told).toMatchObject({ queue: 'mail', total: 300, grouped: 300, complete: true, group_count: 3 })
      expect(told.groups.map(({ pattern }) => pattern).toSorted()).toEqual([
        'cannot open <path>',
        'connect ECONNREFUSED <ip>',
        'customer <id> not found',
      ])
      for (const group of told.groups) {
        expect(group).toMatchObject({ count: 100, spark: { length: 30 }, sample_ids: { length: 5 } })
        expect(group.spark.reduce((sum, count) => sum + count)).toBe(100)
        expect(group.job_names.toSorted()).toEqual(['reply', 'send'])
      }
      const { group = '', untrusted_sample: sample } = told.groups[0] ?? {}
      const first = await ofGroup(group)
      expect(first.jobs).toHaveLength(50)
      expect(first.jobs[0]).toMatchObject({ state: 'failed', untrusted_text: sample })
      const second = await ofGroup(group, `?cursor=${first.next_cursor}`)
      expect(second.next_cursor).toBeNull()
      const jobs = [...first.jobs, ...second.jobs]
      expect(new Set(jobs.map(({ job_id: id }) => id)).size).toBe(100)
      expect(jobs.map(({ at }) => at)).toEqual(
        jobs
          .map(({ at }) => at)
          .toSorted()
          .toReversed(),
      )
    })

    test('agents are told the same groups, and a window leaves out what failed at other times', async () => {
      const told = await failures()
      await using mcp = await connectHttp(url)
      const { structuredContent } = await mcp.call('list_dead_letters', { queue: 'mail' })
      const groups = (list: { group: string; count: number }[]) => list.map(({ group, count }) => ({ group, count }))
      expect(groups(ListDeadLettersOutput.parse(structuredContent).groups)).toEqual(groups(told.groups))
      const { from, to } = told
      expect((await failures(`?failed_after=${from}&failed_before=${to}`)).grouped).toBe(300)
      const before = new Date(Date.parse(from ?? '') - 1).toISOString()
      expect(await failures(`?failed_before=${before}`)).toMatchObject({
        grouped: 0,
        groups: [],
        total: 300,
        from: null,
      })
    })

    test('a job is told whole, with where it is in Bull Board', async () => {
      const { jobs } = await ofGroup((await failures()).groups[0]?.group ?? '')
      const job = await get(`/api/queues/mail/jobs/${jobs[0]?.job_id}`)
      expect(GetJobOutput.parse(job)).toMatchObject({ queue: 'mail', state: 'failed', attempts: { made: 1 } })
      expect(job).toMatchObject({ board_url: `/admin/queues/queue/mail/${jobs[0]?.job_id}` })
    })

    test('what is wrong is told in one sentence with the code for it', async () => {
      const answers: [path: string, code: number, error: RegExp][] = [
        ['/api/queues/nope/failures', 404, /There is no queue "nope" here; the queues are: exports, mail/],
        ['/api/queues/mail/failures/000000000000', 404, /No dead letter is in this group any more/],
        ['/api/queues/mail/failures?failed_after=yesterday', 400, /need an ISO 8601 time/],
        ['/api/queues/mail/failures?cursor=x', 400, /cursor/],
        ['/api/queues/mail/jobs/none', 404, /There is no such job in the queue "mail"/],
        ['/api/queues/mail/jobs/%E0%A4%A', 400, /The request cannot be answered/],
      ]
      for (const [path, code, error] of answers) {
        const response = await fetch(`${url}${path}`)
        expect([path, response.status]).toEqual([path, code])
        expect(await response.json()).toEqual({ error: expect.stringMatching(error) })
      }
    })

    test('counts follow what is retried, removed and new', async () => {
      const { groups } = await failures()
      const { jobs } = await ofGroup(groups[0]?.group ?? '')
      for (const { job_id: id } of jobs.slice(0, 3)) await (await app.queue.getJob(id))?.remove()
      expect(await failures()).toMatchObject({ total: 297, grouped: 297, complete: true })
      expect((await ofGroup(groups[0]?.group ?? '')).group.count).toBe(97)
      for (const { job_id: id } of jobs.slice(3, 5)) await (await app.queue.getJob(id))?.retry()
      await using _worker = app.workOn((n) => {
        throw new Error(`something else ${n}`)
      })
      await eventually(async () => expect(await app.queue.getFailedCount()).toBe(297))
      const told = await failures()
      expect(told.groups.map(({ count }) => count)).toEqual([100, 100, 95, 2])
      expect(told.groups[3]).toMatchObject({ pattern: 'something else <n>' })
    })
  })
}
