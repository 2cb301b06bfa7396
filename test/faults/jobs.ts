import type { Queue } from 'bullmq'
import { eventually } from '../support/eventually.ts'
import { connectHttp } from '../support/mcp-client.ts'
import { DATASET } from './system.ts'

/** Puts jobs on the queue that the worker refuses for good at the first attempt, and waits until it has. */
export async function failForGood(queue: Queue, count: number): Promise<void> {
  const before = await queue.getFailedCount()
  await queue.addBulk(Array.from({ length: count }, () => ({ name: 'export', data: { format: 'no such format' } })))
  await eventually(async () => {
    const failed = (await queue.getFailedCount()) - before
    if (failed < count) throw new Error(`${failed} of ${count} jobs have failed`)
  })
}

export async function removeDeadLetters(queue: Queue): Promise<void> {
  await queue.clean(0, 10_000, 'failed')
}

/** An export that is over as soon as it is taken: it was cancelled before. */
export const quickJob = { dataset: DATASET, format: 'csv', cancelled: true }

/** Asks a server for an export, as a client does, and gives its job. */
export async function startExport(server: string): Promise<string> {
  await using mcp = await connectHttp(server)
  return await mcp.startExport({ dataset: DATASET, format: 'csv' })
}
