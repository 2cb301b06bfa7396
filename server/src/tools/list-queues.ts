import { ListQueuesInput, ListQueuesOutput } from '../contract.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { describeQueue } from '../operations/inspect.ts'
import { LONGEST_QUEUE_NAME } from '../operations/nameable.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Store } from '../queue/store.ts'
import { UnreadableQueue } from '../queue/unreadable-queue.ts'
import { pageWithin } from './answer-size.ts'
import { pageOf } from './page.ts'
import { readOnly, type Tool } from './tool.ts'
import { untrusted } from './untrusted.ts'

const self = (name: string) => name

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
  async handle(page) {
    const names = await queues.names()
    const main = await queues.open()
    const clients = await askStore(main, () => store.readClients(main))
    const told = new Map<string, ListQueuesOutput['queues'][number] | null>()
    await Promise.all(
      pageOf(names, self, page).items.map(async (name) => {
        const described = await unlessUnreadable(describeQueue(store, await queues.open(name), clients))
        told.set(name, described && { ...described, queue: tellName(name) })
      }),
    )
    const { items, nextCursor } = pageWithin(names, self, page, (name) => told.get(name) ?? tellName(name))
    return {
      output: {
        queues: items.filter((queue) => typeof queue !== 'string'),
        unreadable: items.filter((queue) => typeof queue === 'string'),
        next_cursor: nextCursor,
      },
    }
  },
})

/** One that is broken keeps nobody from the others. */
async function unlessUnreadable<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof UnreadableQueue) return null
    throw error
  }
}

/** Whole when a caller can give it. */
const tellName = (name: string) => untrusted(name.slice(0, LONGEST_QUEUE_NAME), 6 * LONGEST_QUEUE_NAME, name.length)
