import type { Fault } from '../fault.ts'
import { NEWSLETTERS, startNewsletters } from '../newsletters.ts'

export const factsUnreadable: Fault = {
  name: 'key of a queue is of a wrong type',
  how: 'another program writes a text over the schedulers of a queue that is watched by QUEUES',
  system: { store: 'redis', env: { QUEUES: NEWSLETTERS } },
  seenAs: ['scheduler_overdue'],
  // Jobs that users send go on.
  atLeast: 'warn',
  window: { ms: 5000, why: '5 s: a look at further queues every 5 s' },
  async prepare(system) {
    startNewsletters(system)
  },
  async inject({ store }) {
    const key = `bull:${NEWSLETTERS}:repeat`
    await store.redis().ask('SET', key, 'x')
    return async () => void (await store.redis().ask('DEL', key))
  },
}
