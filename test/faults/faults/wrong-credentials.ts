import type { Fault } from '../fault.ts'
import { WITHOUT_CONSUMERS } from '../windows.ts'

const setPassword = (password: string) => ['SETUSER', 'worker', 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all']

export const wrongCredentials: Fault = {
  name: 'wrong credentials in the worker',
  how: "the password of the worker's Redis user is changed and its connections are closed; afterwards it is changed back",
  system: { store: 'redis', workers: 0 },
  seenAs: ['worker_running', 'consumers_alive'],
  window: WITHOUT_CONSUMERS,
  async prepare({ store, startWorker }) {
    await store.redis().ask('ACL', ...setPassword('right'))
    await startWorker({ QUEUE_URL: store.url.replace('redis://', 'redis://worker:right@') })
  },
  async inject({ store }) {
    await store.redis().ask('ACL', ...setPassword('changed'))
    await store.redis().ask('CLIENT', 'KILL', 'USER', 'worker')
    return async () => void (await store.redis().ask('ACL', ...setPassword('right')))
  },
}
