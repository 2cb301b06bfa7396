/** As long as exported files are kept by default: afterwards nobody comes back to hear of them. */
export const SUBSCRIPTIONS_KEPT_MS = 7 * 24 * 3_600_000

/** What one session may hear of. */
export const MAX_SUBSCRIPTIONS = 100

/** Of all sessions together, beside one queue: whoever invents sessions fills no store, and takes away nobody's. */
export const MAX_IN_A_STORE = 10_000

/**
 * What was told, or there was to tell when it was subscribed to, is kept for a client that comes back with the id of the event
 * before. When there is no more room, those that would be forgotten within so long make some.
 */
export const OVER_KEPT_MS = 10 * 60_000

/**
 * What the clients of all instances want to hear of, kept in the store of a queue by session, so that any instance can go on
 * where another one ended. Each is forgotten when its time is over. Every method rejects like any call to the store.
 */
export interface Subscriptions {
  /**
   * Keeps it for so long, at most {@link SUBSCRIPTIONS_KEPT_MS}. False when the store has {@link MAX_IN_A_STORE} already of
   * which none yields, see {@link OVER_KEPT_MS}; it may be a few more when several add at the same moment.
   */
  add(session: string, topic: string, keptMs: number): Promise<boolean>
  /** Lets it be forgotten in so long, if it is there and was to stay for longer. */
  hasten(session: string, topic: string, leftMs: number): Promise<void>
  remove(session: string, topic: string): Promise<void>
  /** What a session has. */
  read(session: string): Promise<Kept[]>
  /** Those of all sessions. */
  all(): Promise<{ session: string; topic: string }[]>
}

export interface Kept {
  topic: string
  /** Until it is forgotten. */
  leftMs: number
}
