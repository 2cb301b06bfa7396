import { OneAtATime } from '../queue/one-at-a-time.ts'
import type { Subscriptions } from '../queue/subscriptions.ts'
import { Turns } from '../queue/turns.ts'
import type { OfferedResources } from './offered-resources.ts'
import { INTERNAL_ERROR, ProtocolMistake } from './protocol-mistake.ts'

/** A client that was away when its export ended is told of it when it comes back within so long. */
const UNTOLD_KEPT_MS = 3_600_000

/** A store that stays full is not looked through more often. */
const GAP_MS = 10_000

const LOOKS_AT_ONCE = 20

/**
 * Lets a store that is full of subscriptions forget those of exports that are over, which nobody was there to be told of: nobody
 * would notice them before their week is over.
 */
export class SubscriptionSweep {
  readonly #subscriptions: Subscriptions
  readonly #resources: OfferedResources
  readonly #ask: <T>(calls: () => Promise<T>) => Promise<T>
  readonly #running = new OneAtATime(() => this.#sweep())
  #last = -GAP_MS

  constructor(
    subscriptions: Subscriptions,
    resources: OfferedResources,
    ask: <T>(calls: () => Promise<T>) => Promise<T>,
  ) {
    this.#subscriptions = subscriptions
    this.#resources = resources
    this.#ask = ask
  }

  /** Whoever asks meanwhile waits for the same one. Rejects when the store is away. */
  run(): Promise<void> {
    return this.#running.ask()
  }

  async #sweep(): Promise<void> {
    if (performance.now() - this.#last < GAP_MS) return
    const byTopic = Map.groupBy(await this.#ask(() => this.#subscriptions.all()), ({ topic }) => topic)
    const turns = new Turns(LOOKS_AT_ONCE)
    await Promise.all([...byTopic].map(([topic, kept]) => turns.take(() => this.#look(topic, kept))))
    this.#last = performance.now()
  }

  async #look(topic: string, kept: { session: string }[]): Promise<void> {
    const leftMs = await this.#leftOf(topic)
    if (leftMs === null) return
    for (const { session } of kept) await this.#ask(() => this.#subscriptions.hasten(session, topic, leftMs))
  }

  /** So long it is still of use, null when that cannot be told yet. */
  async #leftOf(topic: string): Promise<number | null> {
    let endedAt: number | null = null
    try {
      const look = await this.#resources.follow(topic, (_, at) => (endedAt = at))
      look[Symbol.dispose]()
    } catch (error) {
      if (error instanceof ProtocolMistake && error.code !== INTERNAL_ERROR) return 0
      throw error
    }
    return endedAt === null ? null : Math.max(0, endedAt + UNTOLD_KEPT_MS - Date.now())
  }
}
