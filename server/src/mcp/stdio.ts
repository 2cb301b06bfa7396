import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { McpServerFactory, Transport as ModernTransport } from '@modelcontextprotocol/server'
import { serveStdio as serveModern } from '@modelcontextprotocol/server/stdio'
import type { Log } from '../log.ts'
import { eraOf } from './era.ts'

/** A client on this process' stdin and stdout. */
export interface StdioConnection {
  /** Fulfilled when the client has closed its end and has been answered all that it asked, or when it reads no more. */
  ended: Promise<void>
  close(): Promise<void>
}

/**
 * Serves MCP on this process' stdin and stdout, in both protocol eras: each message goes to the binding of its own, so
 * that a client may ask by the newer one first and then go on by the older.
 */
export async function serveStdio(legacy: Server, modern: McpServerFactory, log: Log): Promise<StdioConnection> {
  const wire = new Wire()
  const toLegacy = new Channel(wire)
  const toModern = new Channel(wire)
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  wire.opened({
    deliver: (message, era) => (era === 'modern' ? toModern : toLegacy).onmessage?.(message),
    closed() {
      toLegacy.onclose?.()
      toModern.onclose?.()
      resolve()
    },
  })
  await legacy.connect(toLegacy)
  serveModern(modern, {
    // It knows the same messages by types of its own.
    transport: toModern as ModernTransport,
    legacy: 'reject',
    onerror: (err) => log.debug({ event: 'mcp_refused', err }, 'a message of a client was refused'),
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

type Era = ReturnType<typeof eraOf>

interface Receiver {
  deliver(message: JSONRPCMessage, era: Era): void
  closed(): void
}

/** Stdin and stdout; it knows which requests it still owes an answer, and whose they are. */
class Wire extends StdioServerTransport {
  readonly #open = new Map<RequestId, Era>()
  #allAnswered: (() => void) | undefined

  opened({ deliver, closed }: Receiver): void {
    Object.assign(this, {
      onmessage: (message: JSONRPCMessage) => deliver(message, this.#note(message)),
      onclose: closed,
    })
    // The transport of the SDK notices neither the end of its input nor that nobody reads its output.
    process.stdin.once('end', () => void this.#answered().then(() => this.close()))
    process.stdout.once('error', () => void this.close())
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message)
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
