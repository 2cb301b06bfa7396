import type { OfferedResources } from './offered-resources.ts'
import { ProtocolMistake, INTERNAL_ERROR } from './protocol-mistake.ts'

/** The resources that one client wants to hear of, as far as they are followed already. */
export class Followed {
  readonly #resources: OfferedResources
  readonly #hear: (uri: string, version: string) => void
  readonly #following = new Map<string, Disposable>()
  stopped = false

  constructor(resources: OfferedResources, hear: (uri: string, version: string) => void) {
    this.#resources = resources
    this.#hear = hear
  }

  /** Begins to follow a resource; nothing when it is followed. Rejects with ProtocolMistake when there is none, or not now. */
  async add(uri: string): Promise<void> {
    if (this.#following.has(uri)) return
    const following = await this.#resources.follow(uri, (version) => this.#hear(uri, version))
    if (this.stopped || this.#following.has(uri)) return following[Symbol.dispose]()
    this.#following.set(uri, following)
  }

  remove(uri: string): void {
    this.#following.get(uri)?.[Symbol.dispose]()
    this.#following.delete(uri)
  }

  /** Follows these and no others, but for those that are not there; gives what kept from finding out whether one is. */
  async only(uris: ReadonlySet<string>): Promise<unknown[]> {
    for (const uri of this.#following.keys()) if (!uris.has(uri)) this.remove(uri)
    const outcomes = await Promise.allSettled([...uris].map((uri) => this.add(uri)))
    return outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' && !isGone(outcome.reason) ? [outcome.reason] : [],
    )
  }

  uris(): string[] {
    return [...this.#following.keys()]
  }

  stop(): void {
    this.stopped = true
    for (const uri of this.#following.keys()) this.remove(uri)
  }
}

const isGone = (error: unknown) => error instanceof ProtocolMistake && error.code !== INTERNAL_ERROR
