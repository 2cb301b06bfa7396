import { z } from 'zod'
import { SendCanaryOutput } from '../contract.ts'
import type { CanaryTrip } from '../health/canary-trip.ts'
import type { Tool } from './tool.ts'

const NoInput = z.strictObject({})

export const sendCanary = (trip: CanaryTrip): Tool<typeof NoInput, typeof SendCanaryOutput> => ({
  name: 'send_canary',
  title: 'Send a canary through the queue',
  description:
    'Sends a small job through the queue and its workers and waits up to 5 seconds until one has finished it: the proof that exports get done at this moment. There is one canary at a time, which leaves nothing behind and is in no list. The answer is an error when it has not come through.',
  input: NoInput,
  output: SendCanaryOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async handle() {
    const output = await trip()
    return { output, isError: output.outcome === 'pending' || output.outcome === 'paused' }
  },
})
