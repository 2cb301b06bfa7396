import type { Fault } from '../fault.ts'
import { NEWSLETTERS, startNewsletters } from '../newsletters.ts'
import { openQueue } from '../store.ts'
import type { System } from '../system.ts'

/** Those whose mail server is gone. */
const broken = new WeakSet<System>()

export const endlessRetries: Fault = {
  name: 'endless retries',
  how: 'every attempt of 50 jobs fails and is made again a second later, in the queue of another application, watched by QUEUES',
  system: { store: 'redis', env: { QUEUES: NEWSLETTERS }, limits: { failing_s: '5/10' } },
  seenAs: ['failing_attempts'],
  window: {
    ms: 17_000,
    why: '17 s: two attempts of a job, failing_s 10, set here (default 300), a look every 5 s',
  },
  afterMs: 5000,
  async prepare(system) {
    startNewsletters(system, async () => {
      if (broken.has(system)) throw new Error('the mail server is gone')
    })
  },
  async inject(system) {
    broken.add(system)
    const queue = openQueue(system.store.url, NEWSLETTERS)
    system.owns({ [Symbol.asyncDispose]: () => queue.close() })
    const opts = { attempts: 1e6, backoff: { type: 'fixed', delay: 1000 } }
    await queue.addBulk(Array.from({ length: 50 }, () => ({ name: 'send', data: {}, opts })))
    return async () => void broken.delete(system)
  },
}
