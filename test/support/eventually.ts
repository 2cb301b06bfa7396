import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 50

/**
 * Asks again and again until `question` no longer throws, and gives its answer. Rejects with its last error after
 * `deadlineMs`, which is there for what never comes true and is far longer than what is expected.
 */
export async function eventually<T>(question: () => T | Promise<T>, deadlineMs = 120_000): Promise<T> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      return await question()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(POLL_MS)
    }
  }
}
