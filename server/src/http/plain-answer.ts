import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  isJSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js'
import type { Request, Response } from 'express'

/**
 * Whether {@link answerPlainly} can answer: one request, and no version named or one that is spoken. What is wrong with
 * others is said by the transport of the SDK.
 */
export function isPlainRequest(req: Request): boolean {
  const version = req.get('mcp-protocol-version')
  return (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version)) && isJSONRPCRequest(req.body)
}

/**
 * Answers one request with one JSON body, as the SDK's transport would, but without its detour over the web's Request,
 * Response and streams, which costs more than the call (docs/bench-mcp.md).
 */
export async function answerPlainly(server: Server, req: Request, res: Response): Promise<void> {
  const exchange = new Exchange()
  await server.connect(exchange)
  res.once('close', () => res.writableEnded || void server.close())
  const answer = await exchange.ask(req.body as JSONRPCRequest)
  if (answer !== null) sendJson(res, answer)
}

/** As `res.json`, without the hash of the body that nobody asks for. */
export function sendJson(res: Response, answer: object): void {
  const text = JSON.stringify(answer)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  res.writeHead(200, headers).end(text)
}

/** A transport for one question and its answer. */
class Exchange implements Transport {
  onmessage?: NonNullable<Transport['onmessage']>
  onclose?: () => void
  onerror?: (error: Error) => void
  readonly #answered = Promise.withResolvers<JSONRPCMessage | null>()

  /** Null when it was closed before. */
  ask(question: JSONRPCRequest): Promise<JSONRPCMessage | null> {
    this.onmessage?.(question)
    return this.#answered.promise
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    // What is not the answer has no way to the client.
    if (!('method' in message)) this.#answered.resolve(message)
  }

  async close(): Promise<void> {
    this.#answered.resolve(null)
    this.onclose?.()
  }
}
