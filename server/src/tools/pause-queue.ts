import { PauseQueueInput, PauseQueueOutput } from '../contract.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { setPaused } from '../operations/inspect.ts'
import type { Trail } from '../operations/record.ts'
import { askedBy } from './call.ts'
import type { Tool } from './tool.ts'

type PauseQueue = Tool<typeof PauseQueueInput, typeof PauseQueueOutput>

export const pauseQueue = (queues: AttachedQueues, trail: Trail): PauseQueue => ({
  name: 'pause_queue',
  title: 'Pause a queue',
  description: 'Lets no worker take a job from a queue until resume_queue; active jobs are finished.',
  input: PauseQueueInput,
  output: PauseQueueOutput,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  handle: async ({ queue }, call) => ({
    output: await setPaused(await queues.open(queue), true, askedBy(call), trail),
  }),
})

export const resumeQueue = (queues: AttachedQueues, trail: Trail): PauseQueue => ({
  name: 'resume_queue',
  title: 'Resume a queue',
  description: 'Lets workers take jobs from a paused queue again.',
  input: PauseQueueInput,
  output: PauseQueueOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  handle: async ({ queue }, call) => ({
    output: await setPaused(await queues.open(queue), false, askedBy(call), trail),
  }),
})
