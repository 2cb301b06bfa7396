import { ListQueuesInput, ListQueuesOutput } from '../contract.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { describeQueue } from '../operations/inspect.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Store } from '../queue/store.ts'
import { pageOf } from './page.ts'
import { readOnly, type Tool } from './tool.ts'

export const listQueues = (
  store: Store,
  queues: AttachedQueues,
): Tool<typeof ListQueuesInput, typeof ListQueuesOutput> => ({
  name: 'list_queues',
  title: 'List the queues',
  description: 'Lists the queues that can be looked into and operated: their jobs by state and their workers.',
  input: ListQueuesInput,
  output: ListQueuesOutput,
  annotations: readOnly,
  async handle(input) {
    const { items, nextCursor } = pageOf(await queues.names(), (name) => name, input)
    const main = await queues.open()
    const clients = await askStore(main, () => store.readClients(main))
    const told = await Promise.all(items.map(async (name) => describeQueue(store, await queues.open(name), clients)))
    return { output: { queues: told, next_cursor: nextCursor } }
  },
})
