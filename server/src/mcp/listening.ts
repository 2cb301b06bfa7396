import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server'

type Listener = (event: ServerEvent) => void

/**
 * Gives each subscription of 2026-07-28 events of its own. The SDK knows one bus on which everything is told to all: then each
 * who subscribes to a resource that is there already would wake all others, and hear of what he may not know.
 */
export class Listening implements ServerEventBus {
  readonly #opening = new AsyncLocalStorage<(listener: Listener) => () => void>()

  /** Calls `opened` with the listener of the subscription that `work` opens; what it gives is called when it ends. */
  during<T>(opened: (listener: Listener) => () => void, work: () => T): T {
    return this.#opening.run(opened, work)
  }

  subscribe(listener: Listener): () => void {
    return this.#opening.getStore()?.(listener) ?? (() => undefined)
  }

  /** There is nothing that is told to all. */
  publish(): void {}
}
