import type { Queue } from 'bullmq'
import { redisProblem } from './redis-problems.ts'

/** Longer than an observer waits before it tries to connect again. */
const RECENT_MS = 5000

/** Remembers why the connections of queues were refused: a call that waits for the connection learns nothing of it. */
export class LastRefusals {
  readonly #told = new WeakMap<Queue, { problem: string; at: number }>()

  listenTo(queue: Queue): void {
    queue.on('error', (error) => {
      const problem = redisProblem(error)
      if (problem !== null) this.#told.set(queue, { problem, at: performance.now() })
    })
  }

  /** What was told in the last seconds, null for nothing. */
  of(queue: Queue): string | null {
    const last = this.#told.get(queue)
    return last && performance.now() - last.at < RECENT_MS ? last.problem : null
  }
}
