import { GetQueueInput, GetQueueOutput } from '../contract.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { inspectQueue } from '../operations/inspect.ts'
import type { Store } from '../queue/store.ts'
import { readOnly, type Tool } from './tool.ts'

export const getQueue = (store: Store, queues: AttachedQueues): Tool<typeof GetQueueInput, typeof GetQueueOutput> => ({
  name: 'get_queue',
  title: 'Look at a queue',
  description: 'Tells how a queue is: jobs by state, rates, the age of the oldest waiting job, workers.',
  input: GetQueueInput,
  output: GetQueueOutput,
  annotations: readOnly,
  handle: async ({ queue }) => ({ output: await inspectQueue(store, await queues.open(queue)) }),
})
