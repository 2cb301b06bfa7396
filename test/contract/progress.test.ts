import type { Job, JobProgress } from 'bullmq'
import { contract, expect } from './contract.ts'
import { complete, heard, idOf, stored } from './desk.ts'

contract('progress', (it) => {
  it('a job that told no progress is at 0', async ({ queue }) => {
    const q = queue()
    const { id } = await q.add('a', {})
    expect((await stored(q, id)).progress).toBe(0)
  })

  const kinds: JobProgress[] = [42, 99.5, 0, 'half way', '', true, false, { rows: 3, of: { many: [1] } }, [1, 2], {}]
  it('progress of every JSON kind comes back the same', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const progress of kinds) {
      await job.updateProgress(progress)
      expect(job.progress).toEqual(progress)
      expect((await stored(q, job.id)).progress).toEqual(progress)
    }
  })

  it('progress of every JSON kind is told', async ({ queue, history }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const progress of kinds) await job.updateProgress(progress)
    expect((await history(q)).slice(2)).toEqual(kinds.map((data) => ({ event: 'progress', jobId: '1', data })))
  })

  it('a worker tells the progress of its jobs', async ({ queue, worker }) => {
    const q = queue()
    const w = worker(q, async (job) => job.updateProgress(50))
    const told = heard<[Job, JobProgress]>(w, 'progress')
    await q.add('a', {})
    const [job, progress] = await told
    expect([job.id, progress]).toEqual(['1', 50])
  })

  it('progress can be told through the queue', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    const told = heard(q, 'progress')
    await q.updateJobProgress(idOf(job), { rows: 7 })
    expect(await told).toEqual(['1', { rows: 7 }])
    expect((await stored(q, job.id)).progress).toEqual({ rows: 7 })
  })

  it('progress stays when the job completes', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await job.updateProgress(80)
    await complete(job)
    expect((await stored(q, job.id)).progress).toBe(80)
    await job.updateProgress(90)
    expect((await stored(q, job.id)).progress).toBe(90)
  })

  it('progress comes along when the job is taken', async ({ queue, taker }) => {
    const q = queue()
    const job = await q.add('a', {})
    await job.updateProgress({ page: 2 })
    expect((await taker(q).take()).progress).toEqual({ page: 2 })
  })

  it('the progress of a job that is not there cannot be told', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await job.remove()
    const error = { code: -1, message: 'Missing key for job 1. updateProgress' }
    await expect(job.updateProgress(1)).rejects.toMatchObject(error)
    await expect(q.updateJobProgress('1', 1)).rejects.toMatchObject(error)
  })
})
