import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import type { Board } from './board.ts'
import { expect, onEveryStore } from './stores.ts'

interface BoardRoute {
  method: 'get' | 'put' | 'post' | 'patch'
  route: string
}

/** The routes of the version that is installed, which no public name of it tells. */
function routesOfBullBoard(): BoardRoute[] {
  const require = createRequire(new URL('../../server/package.json', import.meta.url))
  const file = join(dirname(require.resolve('@bull-board/api')), 'routes.js')
  const { appRoutes } = require(file) as { appRoutes: { api: BoardRoute[] } }
  return appRoutes.api
}

const changing = routesOfBullBoard().filter(({ method }) => method !== 'get')

const bodies: Record<string, unknown> = {
  add: { name: 'mail', data: { secret: 'x' } },
  concurrency: { concurrency: 2 },
  'rate-limit': { max: 5, duration: 1000 },
  'update-data': { jobData: { secret: 'y' } },
  delay: { delay: 1000 },
  priority: { priority: 2 },
}

/** What the trail has when it has so many. */
const recordedOf = ({ recorded }: Board, count: number) =>
  eventually(() => {
    expect(recorded).toHaveLength(count)
    return recorded
  })

onEveryStore('trail', (it) => {
  it('every route that changes something is recorded, whether it comes out or not, without payloads', async (board) => {
    const { queue, onBoard, recorded } = board
    expect(changing.length).toBeGreaterThan(20)
    for (const [at, { method, route }] of changing.entries()) {
      const job = await queue.add('a', {}, { delay: 60_000 })
      const path = route
        .replace('/api/', '')
        .replace(':queueName', queue.name)
        .replace(':jobId', job.id ?? '')
        .replace(':queueStatus', 'failed')
        .replace(':schedulerId', 'nightly')
      await onBoard(method.toUpperCase() as 'PUT', path, bodies[route.split('/').at(-1) ?? ''] ?? {})
      await recordedOf(board, at + 1)
    }
    const shown = recorded.map(({ queue: about, ...one }) => ({ ...one, queue: about === queue.name ? 'Q' : about }))
    expect(JSON.stringify(shown)).not.toContain('secret')
    for (const one of shown) {
      expect(one).toMatchObject({ kind: 'board', asked_by: expect.stringMatching(/^board (127\.0\.0\.1|::1)$/) })
    }
    expect(shown.map(({ queue: about }) => about)).toEqual(
      changing.map(({ route }) => (route.includes(':queueName') ? 'Q' : '*')),
    )
  })

  it('the record tells what was done with which job, and what was not done', async (board) => {
    const { queue, onJob, onQueue } = board
    const job = await queue.add('a', {}, { delay: 60_000 })
    await onJob('PUT', job, 'promote')
    await onJob('PUT', job, 'promote')
    await onQueue('PUT', 'concurrency', { concurrency: 3 })
    await onQueue('PUT', 'clean/failed')
    const about = `promote, job ${job.id}`
    expect(await recordedOf(board, 4)).toMatchObject([
      { about, done: 1, total: 1, problem: null },
      { about, done: 0, total: 1, problem: expect.stringContaining('500') },
      { about: 'concurrency 3', done: 0, total: null, problem: null },
      { about: 'remove all failed', done: 0, total: null, problem: null },
    ])
  })

  it('other sites can change nothing, and a link from them may be followed', async (board) => {
    const { url, queue, recorded } = board
    const from = (method: string, path: string) =>
      fetch(new URL(`api/queues${path}`, url), { method, headers: { 'sec-fetch-site': 'same-site' } })
    expect((await from('PUT', `/${queue.name}/pause`)).status).toBe(403)
    expect(await queue.isPaused()).toBe(false)
    expect((await from('GET', '')).status).toBe(200)
    expect(recorded).toEqual([])
  })

  it('looking is not recorded', async (board) => {
    const { queue, onBoard, onJob } = board
    const job = await queue.add('a', {})
    await onBoard('GET', 'queues')
    await onJob('GET', job, 'logs')
    await onJob('PUT', job, 'clean')
    expect(await recordedOf(board, 1)).toMatchObject([{ about: `remove, job ${job.id}` }])
  })

  it('what stands in the place of a large payload is never stored', async (board) => {
    const { queue, onJob, onQueue, stored } = board
    const data = { list: Array.from({ length: 30_000 }, (_, n) => `number ${n}`) }
    const job = await queue.add('large', data)
    const { body } = await onJob('GET', job, '')
    const shown = (body as { job: { data: unknown } }).job.data
    expect(JSON.stringify(shown).length).toBeLessThan(200)
    expect((await onJob('PATCH', job, 'update-data', { jobData: shown })).status).toBe(409)
    expect((await onQueue('POST', 'add', { name: 'large', data: shown })).status).toBe(409)
    expect((await stored(job.id)).data).toEqual(data)
    expect(await queue.count()).toBe(1)
    const small = await queue.add('small', { a: 1 })
    expect((await onJob('PATCH', small, 'update-data', { jobData: { a: 2 } })).status).toBe(200)
    expect((await stored(small.id)).data).toEqual({ a: 2 })
  })
})
