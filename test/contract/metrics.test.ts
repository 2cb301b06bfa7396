import { MetricsTime } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, fail, type Queue, type Taker } from './desk.ts'

const metrics = { maxDataPoints: MetricsTime.ONE_HOUR }

async function finish(q: Queue, t: Taker, end: typeof complete | typeof fail, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await q.add('a', {})
    await end(await t.take())
  }
}

contract('metrics', (it) => {
  it('where no worker measures there is nothing', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q), complete, 2)
    expect(await q.getMetrics('completed')).toEqual({
      meta: { count: 0, prevTS: 0, prevCount: 0 },
      data: [],
      count: 0,
    })
  })

  it('a worker that measures counts what it completes and what fails', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q, { metrics })
    await finish(q, t, complete, 3)
    await finish(q, t, fail, 2)
    expect((await q.getMetrics('completed')).meta.count).toBe(3)
    expect((await q.getMetrics('failed')).meta.count).toBe(2)
  })

  it('jobs that do not stay are counted', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
    const t = taker(q, { metrics })
    await finish(q, t, complete, 2)
    await finish(q, t, fail, 1)
    expect((await q.getMetrics('completed')).meta.count).toBe(2)
    expect((await q.getMetrics('failed')).meta.count).toBe(1)
  })

  it('a job that is tried again is not counted as failed', async ({ queue, taker }) => {
    const q = queue({ defaultJobOptions: { attempts: 2 } })
    await finish(q, taker(q, { metrics }), fail, 1)
    expect((await q.getMetrics('failed')).meta.count).toBe(0)
  })

  it('the counts of all workers add up', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q, { metrics }), complete, 2)
    await finish(q, taker(q, { metrics }), complete, 2)
    expect((await q.getMetrics('completed')).meta.count).toBe(4)
  })

  it('it is told when the minute that is counted began', async ({ queue, taker }) => {
    const q = queue()
    const before = Date.now()
    await finish(q, taker(q, { metrics }), complete, 1)
    const { meta } = await q.getMetrics('completed')
    expect(meta.prevTS).toBeGreaterThanOrEqual(before)
    expect(meta.prevTS).toBeLessThanOrEqual(Date.now())
    expect(meta.prevCount).toBe(0)
  })

  it('there is a point for every minute that is over, and none before', async ({ queue, taker }) => {
    const q = queue()
    const minute = () => Math.floor(Date.now() / 60_000)
    const before = minute()
    await finish(q, taker(q, { metrics }), complete, 2)
    const { data, count } = await q.getMetrics('completed')
    expect(data).toHaveLength(count)
    expect(count).toBeLessThanOrEqual(minute() - before)
  })

  it('other queues are not counted', async ({ queue, taker }) => {
    const [one, other] = [queue(), queue()]
    await finish(one, taker(one, { metrics }), complete, 1)
    expect((await other.getMetrics('completed')).meta.count).toBe(0)
  })

  it('the counts are gone with the obliterated queue', async ({ queue, taker }) => {
    const q = queue()
    await finish(q, taker(q, { metrics }), complete, 1)
    await q.obliterate()
    expect((await q.getMetrics('completed')).meta.count).toBe(0)
  })

  it('Prometheus is told the jobs in every state and the counts', async ({ queue, taker }) => {
    const q = queue()
    const t = taker(q, { metrics })
    await finish(q, t, complete, 2)
    await finish(q, t, fail, 1)
    await q.add('a', {})
    await q.add('a', {}, { delay: 60_000 })
    await q.add('a', {}, { priority: 1 })
    const label = `queue="${q.name}"`
    expect((await q.exportPrometheusMetrics()).split('\n')).toEqual([
      '# HELP bullmq_job_count Number of jobs in the queue by state',
      '# TYPE bullmq_job_count gauge',
      `bullmq_job_count{${label}, state="active"} 0`,
      `bullmq_job_count{${label}, state="completed"} 2`,
      `bullmq_job_count{${label}, state="delayed"} 1`,
      `bullmq_job_count{${label}, state="failed"} 1`,
      `bullmq_job_count{${label}, state="prioritized"} 1`,
      `bullmq_job_count{${label}, state="waiting"} 1`,
      `bullmq_job_count{${label}, state="waiting-children"} 0`,
      '# HELP bullmq_job_completed_total Total number of completed jobs',
      '# TYPE bullmq_job_completed_total counter',
      `bullmq_job_completed_total{${label}} 2`,
      '# HELP bullmq_job_failed_total Total number of failed jobs',
      '# TYPE bullmq_job_failed_total counter',
      `bullmq_job_failed_total{${label}} 1`,
    ])
  })

  it('Prometheus is told the labels that are wanted', async ({ queue, name }) => {
    const q = queue({ name: `${name()} "1"` })
    const text = await q.exportPrometheusMetrics({ env: 'a "test"' })
    const label = `queue="${q.name.replaceAll('"', '\\"')}"`
    expect(text).toContain(`bullmq_job_count{${label}, state="waiting", env="a \\"test\\""} 0`)
  })
})
