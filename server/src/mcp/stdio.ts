import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { isJSONRPCRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

/**
 * Serves MCP on this process' stdin and stdout. The promise is fulfilled when the client has closed its end and has been
 * answered all that it asked, or when it reads no more.
 */
export async function serveStdio(server: Server): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const transport = new AnsweringTransport()
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's servers have no other way
  server.onclose = resolve
  // The transport of the SDK notices neither the end of its input nor that nobody reads its output.
  process.stdin.once('end', () => void transport.answered().then(() => server.close()))
  process.stdout.once('error', () => void server.close())
  await server.connect(transport)
  return ended
}

/** Knows which requests it still owes an answer. */
class AnsweringTransport extends StdioServerTransport {
  readonly #open = new Set<string | number>()
  #done: (() => void) | undefined

  /** Fulfilled when every request was answered. */
  answered(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#done = resolve
    this.#settle()
    return promise
  }

  override async start(): Promise<void> {
    const receive = this.onmessage
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's transports have no other way
    this.onmessage = (message) => {
      if (isJSONRPCRequest(message)) this.#open.add(message.id)
      receive?.(message)
    }
    await super.start()
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message)
    if ('id' in message && message.id !== undefined && !('method' in message)) this.#open.delete(message.id)
    this.#settle()
  }

  #settle() {
    if (this.#open.size === 0) this.#done?.()
  }
}
