import type { Fault } from '../fault.ts'
import { NEWSLETTERS, startNewsletters } from '../newsletters.ts'
import { openQueue } from '../store.ts'

const SCHEDULER = 'every-two-seconds'

export const schedulerStopped: Fault = {
  name: 'scheduler stopped producing',
  how: "the delayed job that is a scheduler's next run is deleted from the queue of another application, watched by QUEUES",
  system: { store: 'redis', env: { QUEUES: NEWSLETTERS }, limits: { scheduler_overdue_s: '5/10' } },
  seenAs: ['scheduler_overdue'],
  window: {
    ms: 17_000,
    why: '17 s: its period of 2 s, scheduler_overdue_s 10, set here (default 60), a look every 5 s',
  },
  afterMs: 5000,
  async prepare(system) {
    await schedule(startNewsletters(system))
  },
  async inject({ store, owns }) {
    const queue = openQueue(store.url, NEWSLETTERS)
    owns({ [Symbol.asyncDispose]: () => queue.close() })
    const redis = store.redis()
    // Between two runs there may be none for a moment.
    for (let removed = 0; removed === 0;) removed = Number(await redis.ask('DEL', `bull:${NEWSLETTERS}:delayed`))
    return () => schedule(queue)
  },
}

async function schedule(queue: ReturnType<typeof openQueue>): Promise<void> {
  await queue.removeJobScheduler(SCHEDULER)
  await queue.upsertJobScheduler(SCHEDULER, { every: 2000 }, { name: 'send', opts: { removeOnComplete: true } })
}
