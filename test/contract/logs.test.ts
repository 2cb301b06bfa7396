import { contract, expect } from './contract.ts'
import { complete, fail, idOf } from './desk.ts'

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}`)

contract('logs', (it) => {
  it('a job without a log has none', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    expect(await q.getJobLogs(idOf(job))).toEqual({ logs: [], count: 0 })
    expect(await q.getJobLogs('nobody')).toEqual({ logs: [], count: 0 })
  })

  it('the lines of a log come in the order of writing', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    expect([await job.log('line 1'), await job.log('line 2'), await job.log('line 3')]).toEqual([1, 2, 3])
    expect(await q.getJobLogs('1')).toEqual({ logs: lines(1, 3), count: 3 })
  })

  it('a line may be any text', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    const texts = ['', ' ', 'two\nlines', '"quoted\' \\ %_', '漢字 😀', 'x'.repeat(100_000)]
    for (const text of texts) await job.log(text)
    expect((await q.getJobLogs('1')).logs).toEqual(texts)
  })

  it('lines written at the same time are all kept', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    const counts = await Promise.all(lines(1, 100).map((line) => job.log(line)))
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    const { logs, count } = await q.getJobLogs('1')
    expect(count).toBe(100)
    expect(logs.toSorted()).toEqual(lines(1, 100).toSorted())
  })

  it('the log of one job is not that of another', async ({ queue }) => {
    const q = queue()
    const [one, other] = [await q.add('a', {}), await q.add('a', {})]
    await one.log('one')
    await other.log('other')
    expect((await q.getJobLogs('1')).logs).toEqual(['one'])
  })

  it('a part of a log can be read, and its whole length with it', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 6)) await job.log(line)
    expect(await q.getJobLogs('1', 0, 1)).toEqual({ logs: lines(1, 2), count: 6 })
    expect(await q.getJobLogs('1', 2, 3)).toEqual({ logs: lines(3, 4), count: 6 })
    expect(await q.getJobLogs('1', 4)).toEqual({ logs: lines(5, 6), count: 6 })
    expect(await q.getJobLogs('1', 4, 99)).toEqual({ logs: lines(5, 6), count: 6 })
    expect(await q.getJobLogs('1', 6, 9)).toEqual({ logs: [], count: 6 })
  })

  it('the last lines of a log can be read by counting from its end', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 6)) await job.log(line)
    expect((await q.getJobLogs('1', -2, -1)).logs).toEqual(lines(5, 6))
  })

  it('a log can be read from its end', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 6)) await job.log(line)
    expect((await q.getJobLogs('1', 0, -1, false)).logs).toEqual(lines(1, 6).toReversed())
    expect(await q.getJobLogs('1', 0, 1, false)).toEqual({ logs: ['line 6', 'line 5'], count: 6 })
    expect((await q.getJobLogs('1', 2, 3, false)).logs).toEqual(['line 4', 'line 3'])
  })

  it('only as many lines stay as the job says', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { keepLogs: 2 })
    expect([await job.log('line 1'), await job.log('line 2'), await job.log('line 3')]).toEqual([1, 2, 2])
    expect(await q.getJobLogs('1')).toEqual({ logs: lines(2, 3), count: 2 })
  })

  it('a log can be written through the queue, which says how many lines stay', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    expect(await q.addJobLog(idOf(job), 'line 1')).toBe(1)
    expect(await q.addJobLog(idOf(job), 'line 2', 1)).toBe(1)
    expect(await q.getJobLogs('1')).toEqual({ logs: ['line 2'], count: 1 })
    expect(await q.addJobLog(idOf(job), 'line 3', 0)).toBe(2)
  })

  it('after old lines have gone further ones are kept in order', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 4)) await q.addJobLog(idOf(job), line, 2)
    for (const line of lines(5, 6)) await job.log(line)
    expect(await q.getJobLogs('1')).toEqual({ logs: lines(3, 6), count: 4 })
  })

  it('a log can be emptied', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 3)) await job.log(line)
    await job.clearLogs()
    expect(await q.getJobLogs('1')).toEqual({ logs: [], count: 0 })
    expect(await job.log('anew')).toBe(1)
    expect((await q.getJobLogs('1')).logs).toEqual(['anew'])
  })

  it('a log can be emptied down to its last lines', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    for (const line of lines(1, 5)) await job.log(line)
    await job.clearLogs(2)
    expect(await q.getJobLogs('1')).toEqual({ logs: lines(4, 5), count: 2 })
    await job.clearLogs(10)
    expect((await q.getJobLogs('1')).count).toBe(2)
  })

  it('emptying a log that is empty does no harm', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await job.clearLogs()
    expect((await q.getJobLogs('1')).count).toBe(0)
  })

  it('a log stays when its job completes', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {})
    const job = await taker(q).take()
    await job.log('line 1')
    await complete(job)
    await job.log('line 2')
    expect((await q.getJobLogs('1')).logs).toEqual(lines(1, 2))
  })

  it('a log goes on with the next attempt', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { attempts: 2 })
    const t = taker(q)
    for (const line of lines(1, 2)) {
      const job = await t.take()
      await job.log(line)
      await fail(job)
    }
    expect((await q.getJobLogs('1')).logs).toEqual(lines(1, 2))
  })

  it('a log goes with its job', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {}, { jobId: 'mine' })
    await job.log('line 1')
    await job.remove()
    expect(await q.getJobLogs('mine')).toEqual({ logs: [], count: 0 })
    await q.add('a', {}, { jobId: 'mine' })
    expect((await q.getJobLogs('mine')).count).toBe(0)
  })

  it('a log goes with a job that does not stay when it completes', async ({ queue, taker }) => {
    const q = queue()
    await q.add('a', {}, { removeOnComplete: true })
    const job = await taker(q).take()
    await job.log('line 1')
    await complete(job)
    expect((await q.getJobLogs('1')).count).toBe(0)
  })

  it('a log cannot be written for a job that is not there', async ({ queue }) => {
    const q = queue()
    const job = await q.add('a', {})
    await job.remove()
    await expect(job.log('line 1')).rejects.toMatchObject({ code: -1, message: 'Missing key for job 1. addLog' })
    await expect(q.addJobLog('nobody', 'line 1')).rejects.toMatchObject({
      code: -1,
      message: 'Missing key for job nobody. addLog',
    })
  })
})
