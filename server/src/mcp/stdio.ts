import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { McpServerFactory, Transport as ModernTransport } from '@modelcontextprotocol/server'
import { serveStdio as serveModern } from '@modelcontextprotocol/server/stdio'
import type { Log } from '../log.ts'
import { isTooDeep, TOO_DEEP } from './depth.ts'
import { eraOf, type Era } from './era.ts'
import { Followed } from './followed.ts'
import type { LegacyServerFactory } from './legacy-server.ts'
import type { OfferedResources } from './offered-resources.ts'
import { StdioListeners } from './stdio-listeners.ts'

/** A client on this process' stdin and stdout. */
export interface StdioConnection {
  /**
   * Fulfilled when the client has closed its end and has been answered what it asked, or a few seconds later, or when it reads
   * no more.
   */
  ended: Promise<void>
  close(): Promise<void>
}

/** One binding for each protocol era, and what clients of both can hear of. */
export interface Bindings {
  legacy: LegacyServerFactory
  modern: McpServerFactory
  resources: OfferedResources
  /** Called when the client has closed its end: whoever waits for a job is to be answered at once. */
  stopWaiting(): void
}

/**
 * Serves MCP on this process' stdin and stdout, in both protocol eras: each message goes to the binding of its own, so
 * that a client may ask by the newer one first and then go on by the older.
 */
export async function serveStdio(bindings: Bindings, log: Log): Promise<StdioConnection> {
  const { legacy, modern, resources } = bindings
  const wire = new Wire()
  const toLegacy = new Channel(wire)
  const toModern = new Channel(wire)
  const followed = new Followed(resources, (uri) => void server.sendResourceUpdated({ uri }).catch(() => undefined))
  const listeners = new StdioListeners(resources)
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const refused = (err: Error) => log.debug({ event: 'mcp_refused', err }, 'a message of a client was refused')
  wire.opened({
    refused,
    deliver: (message, era) => (era === 'modern' ? toModern : toLegacy).onmessage?.(message),
    sent: (message) => listeners.sent(message),
    cancelled: (id) => listeners.cancelled(id),
    inputEnded: () => bindings.stopWaiting(),
    closed() {
      toLegacy.onclose?.()
      toModern.onclose?.()
      followed.stop()
      listeners.close()
      resolve()
    },
  })
  const server = legacy({
    version: () => wire.version,
    subscriptions: { add: (uri) => followed.add(uri), remove: async (uri) => followed.remove(uri) },
  })
  await server.connect(toLegacy)
  serveModern((context) => listeners.serving(modern(context)), {
    // It knows the same messages by types of its own.
    transport: toModern as ModernTransport,
    legacy: 'reject',
    onerror: refused,
  })
  await wire.start()
  return { ended, close: () => wire.close() }
}

/** What one binding has in place of a connection of its own. */
class Channel implements Transport {
  onmessage?: NonNullable<Transport['onmessage']>
  onclose?: () => void
  onerror?: (error: Error) => void
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** The wire is opened when both are there. */
  async start(): Promise<void> {}
  send(message: JSONRPCMessage): Promise<void> {
    return this.#wire.send(message)
  }
  close(): Promise<void> {
    return this.#wire.close()
  }
}

/** JSON-RPC 2.0, section 5.1. */
const NO_JSON = { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'This line is not valid JSON.' } }
const NO_MESSAGE = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_600, message: 'This line is no message of JSON-RPC 2.0.' },
}
const NOT_READ = { ...NO_MESSAGE, error: { code: -32_600, message: TOO_DEEP } }

/** When the client has closed its end, what is still to be answered has so long: every call to a store ends sooner. */
const LAST_ANSWERS_MS = 3000

interface Receiver {
  deliver(message: JSONRPCMessage, era: Era): void
  sent(message: JSONRPCMessage): void
  cancelled(id: RequestId): void
  inputEnded(): void
  closed(): void
  /** A line was no message; the client has been told. */
  refused(error: Error): void
}

/** Stdin and stdout; it knows which requests it still owes an answer, and whose they are. */
class Wire extends StdioServerTransport {
  /** What the client has settled on with the legacy binding. */
  version: string | null = null
  readonly #open = new Map<RequestId, Era>()
  #allAnswered: (() => void) | undefined
  #receiver: Receiver | undefined

  opened(receiver: Receiver): void {
    const { deliver, inputEnded, closed, refused } = receiver
    this.#receiver = receiver
    Object.assign(this, {
      onmessage: (message: JSONRPCMessage) => {
        if (isTooDeep(message)) void super.send(NOT_READ as unknown as JSONRPCMessage)
        else deliver(message, this.#note(message))
      },
      onclose: closed,
      onerror: (error: Error) => {
        refused(error)
        // Whoever sent it waits for an answer; the types of the SDK do not know that it may have no id.
        void super.send((error instanceof SyntaxError ? NO_JSON : NO_MESSAGE) as unknown as JSONRPCMessage)
      },
    })
    // The transport of the SDK notices neither the end of its input nor that nobody reads its output.
    process.stdin.once('end', () => {
      inputEnded()
      const late = setTimeout(() => void this.close(), LAST_ANSWERS_MS)
      void this.#answered().then(() => {
        clearTimeout(late)
        return this.close()
      })
    })
    process.stdout.once('error', () => void this.close())
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message)
    this.#receiver?.sent(message)
    if ('result' in message && typeof message.result['protocolVersion'] === 'string') {
      this.version = message.result['protocolVersion']
    }
    if ('id' in message && message.id !== undefined && !('method' in message)) this.#settle(message.id)
  }

  #note(message: JSONRPCMessage): Era {
    if (isJSONRPCRequest(message)) {
      const era = eraOf(message)
      // A subscription has no end of its own.
      if (message.method !== 'subscriptions/listen') this.#open.set(message.id, era)
      return era
    }
    if (!('method' in message) || message.method !== 'notifications/cancelled') return eraOf(message)
    const id = message.params?.['requestId'] as RequestId
    const era = this.#open.get(id) ?? eraOf(message)
    this.#receiver?.cancelled(id)
    // What is cancelled is not answered.
    this.#settle(id)
    return era
  }

  #answered(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#allAnswered = resolve
    if (this.#open.size === 0) resolve()
    return promise
  }

  #settle(id: RequestId): void {
    this.#open.delete(id)
    if (this.#open.size === 0) this.#allAnswered?.()
  }
}
