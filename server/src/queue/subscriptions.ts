/** As long as exported files are kept by default: afterwards nobody comes back to hear of them. */
export const SUBSCRIPTIONS_KEPT_MS = 7 * 24 * 3_600_000

/** What one session may hear of. */
export const MAX_SUBSCRIPTIONS = 100

/** All sessions together, where the store does not forget them by itself: the oldest go. */
export const MAX_IN_A_FILE = 10_000

/**
 * What the clients of all instances want to hear of, kept in the store of a queue by session, so that any instance can go on
 * where another one ended. Forgotten a week after they were made. Every method rejects like any call to the store.
 */
export interface Subscriptions {
  add(session: string, topic: string): Promise<void>
  remove(session: string, topic: string): Promise<void>
  read(session: string): Promise<string[]>
}
