/** As long as exported files are kept by default: afterwards nobody comes back to hear of them. */
export const SUBSCRIPTIONS_KEPT_MS = 7 * 24 * 3_600_000

/** What one session may hear of. */
export const MAX_SUBSCRIPTIONS = 100

/** Of all sessions together, beside one queue: whoever invents sessions fills no store, and takes away nobody's. */
export const MAX_IN_A_STORE = 10_000

/**
 * What the clients of all instances want to hear of, kept in the store of a queue by session, so that any instance can go on
 * where another one ended. Forgotten a week after they were made. Every method rejects like any call to the store.
 */
export interface Subscriptions {
  /** False when the store has {@link MAX_IN_A_STORE} already; it may be a few more when several add at the same moment. */
  add(session: string, topic: string): Promise<boolean>
  remove(session: string, topic: string): Promise<void>
  read(session: string): Promise<string[]>
}
