import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Log } from '../log.ts'
import { MAX_SUBSCRIPTIONS } from '../queue/subscriptions.ts'
import { Followed } from './followed.ts'
import { Listening } from './listening.ts'
import type { OfferedResources } from './offered-resources.ts'
import { ProtocolMistake } from './protocol-mistake.ts'

/** Answers HTTP requests of 2026-07-28, and no others. */
export interface ModernHandler {
  /** @param body what was read and parsed of the request */
  answer(request: Request, body: unknown): Promise<Response>
  close(): Promise<void>
}

/** A request to listen to resources; whatever else it asks for, or what is wrong with it, is for the SDK to say. */
const Listen = z.looseObject({
  id: z.union([z.string(), z.number()]),
  method: z.literal('subscriptions/listen'),
  params: z.looseObject({ notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()) }) }),
})
type Listen = z.infer<typeof Listen>

export function modernHandler(factory: McpServerFactory, resources: OfferedResources, log: Log): ModernHandler {
  const bus = new Listening()
  const handler = createMcpHandler(factory, {
    legacy: 'reject',
    bus,
    onerror: (err) => log.debug({ event: 'mcp_refused', err }, 'a request of a client was refused'),
  })
  return {
    async answer(request, body) {
      const listen = Listen.safeParse(body).data
      if (!listen) return handler.fetch(request, { parsedBody: body })
      const updates = new Updates(resources)
      try {
        const known = await updates.follow(listen)
        return await bus.during(
          (listener) => updates.send((uri) => listener({ kind: 'resource_updated', uri })),
          () => handler.fetch(request, { parsedBody: known }),
        )
      } catch (error) {
        if (error instanceof ProtocolMistake) return refusal(listen.id, error)
        throw error
      } finally {
        updates.stopUnlessSent()
      }
    },
    close: () => handler.close(),
  }
}

const refusal = (id: Listen['id'], { code, message }: ProtocolMistake) =>
  Response.json({ jsonrpc: '2.0', id, error: { code, message } })

/** What there is to tell of the resources of one subscription; kept back until it is open. */
class Updates {
  readonly #followed: Followed
  readonly #early = new Set<string>()
  #send: ((uri: string) => void) | null = null

  constructor(resources: OfferedResources) {
    this.#followed = new Followed(resources, (uri) => {
      if (this.#send) this.#send(uri)
      else this.#early.add(uri)
    })
  }

  /** The same request for those resources that there are: these the client is told to hear of. */
  async follow(listen: Listen): Promise<Listen> {
    const { notifications } = listen.params
    const wanted = [...new Set(notifications.resourceSubscriptions)]
    if (wanted.length > MAX_SUBSCRIPTIONS) {
      throw new ProtocolMistake(`A subscription is to at most ${MAX_SUBSCRIPTIONS} resources: begin several.`)
    }
    const [unknown] = await this.#followed.only(new Set(wanted))
    if (unknown) throw unknown
    const resourceSubscriptions = this.#followed.uris()
    return { ...listen, params: { ...listen.params, notifications: { ...notifications, resourceSubscriptions } } }
  }

  /** Gives what is to be called when nobody listens any more. */
  send(send: (uri: string) => void): () => void {
    this.#send = send
    for (const uri of this.#early) send(uri)
    return () => this.#followed.stop()
  }

  stopUnlessSent(): void {
    if (!this.#send) this.#followed.stop()
  }
}
