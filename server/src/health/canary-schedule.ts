import type { Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Notes } from '../queue/notes.ts'
import { sendCanaryWhenDue } from './canary.ts'

/**
 * Sends canaries until it is closed. Any number of processes may do so: together they send one an interval. While the store is
 * away none is sent, and it goes on by itself when the store is back.
 *
 * @param queue of our own workers; never one of another application
 */
export function startCanaries(queue: Queue, notes: Notes, intervalMs: number, log: Log): { close(): Promise<void> } {
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()
  async function send() {
    let waitMs = intervalMs
    try {
      waitMs = await askStore(queue, () => sendCanaryWhenDue(queue, notes, intervalMs))
    } catch (error) {
      log.debug({ event: 'canary_missed', err: error }, 'the store did not take a canary')
    }
    if (!closed) timer = setTimeout(next, waitMs)
  }
  const next = () => {
    sending = send()
  }
  next()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await sending
    },
  }
}
