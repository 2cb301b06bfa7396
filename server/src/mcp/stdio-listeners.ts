import { setTimeout as pause } from 'node:timers/promises'
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js'
import { McpServer, SUBSCRIPTION_ID_META_KEY, type McpServerFactory } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { Followed } from './followed.ts'
import type { OfferedResources } from './offered-resources.ts'

/** What the SDK tells the client that it is going to hear of. */
const Acknowledged = z.object({
  method: z.literal('notifications/subscriptions/acknowledged'),
  params: z.object({
    notifications: z.object({ resourceSubscriptions: z.array(z.string()) }),
    _meta: z.object({ [SUBSCRIPTION_ID_META_KEY]: z.union([z.string(), z.number()]) }),
  }),
})

/** After a look that failed because the store was away. */
const RETRY_MS = 1000

async function followAll(followed: Followed, uris: Set<string>): Promise<void> {
  while (!followed.stopped && (await followed.only(uris)).length > 0) await pause(RETRY_MS, undefined, { ref: false })
}

type Product = Awaited<ReturnType<McpServerFactory>>

/**
 * Lets the subscriptions of 2026-07-28 over stdio hear of their resources. The SDK keeps them by itself and passes on to them
 * what its server tells; here it is followed what there is to tell, from the acknowledgement on.
 */
export class StdioListeners {
  readonly #resources: OfferedResources
  readonly #open = new Map<RequestId, Followed>()
  #product: Product | null = null

  constructor(resources: OfferedResources) {
    this.#resources = resources
  }

  /** The server that the SDK has got for this connection. */
  async serving(made: ReturnType<McpServerFactory>): Promise<Product> {
    this.#product = await made
    return this.#product
  }

  sent(message: JSONRPCMessage): void {
    if (!('method' in message) || message.method !== 'notifications/subscriptions/acknowledged') return
    const { data } = Acknowledged.safeParse(message)
    if (!data) return
    const { notifications, _meta } = data.params
    const followed = new Followed(this.#resources, (uri) => this.#tell(uri))
    this.#open.set(_meta[SUBSCRIPTION_ID_META_KEY], followed)
    void followAll(followed, new Set(notifications.resourceSubscriptions))
  }

  cancelled(id: RequestId): void {
    this.#open.get(id)?.stop()
    this.#open.delete(id)
  }

  close(): void {
    for (const id of this.#open.keys()) this.cancelled(id)
  }

  #tell(uri: string) {
    const server = this.#product instanceof McpServer ? this.#product.server : this.#product
    // A client that reads no more is noticed by the wire.
    void server?.sendResourceUpdated({ uri }).catch(() => undefined)
  }
}
