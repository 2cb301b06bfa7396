import { createHash } from 'node:crypto'

/**
 * What a session has been told: of each resource, which version last. It is the id of the last event on the session's stream,
 * which the client gives back when it connects anew; so what it has missed is known to any instance, without a log of events.
 */
export class Told {
  readonly #versions: Map<string, string>

  /** @param eventId as {@link toString} made it; what is anything else counts as nothing told */
  constructor(eventId = '') {
    const entries = eventId.split('~').map((entry) => entry.split('.'))
    this.#versions = new Map(entries.flatMap(([key, version]) => (key && version ? [[key, version]] : [])))
  }

  has(uri: string, version: string): boolean {
    return this.#versions.get(keyOf(uri)) === version
  }

  add(uri: string, version: string): void {
    this.#versions.set(keyOf(uri), version)
  }

  /** So that the id grows no longer than what is subscribed to. */
  keepOnly(uris: Iterable<string>): void {
    const kept = new Set([...uris].map(keyOf))
    for (const key of this.#versions.keys()) if (!kept.has(key)) this.#versions.delete(key)
  }

  toString(): string {
    return [...this.#versions].map((entry) => entry.join('.')).join('~')
  }
}

/** Long enough to tell the few subscriptions of one session apart. */
const KEY_CHARS = 10

const keyOf = (uri: string) => createHash('sha256').update(uri).digest('base64url').slice(0, KEY_CHARS)
