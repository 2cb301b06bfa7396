import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpError } from '@modelcontextprotocol/sdk/types.js'
import { ErrorAnswer } from '@queue-ops/server/contract'
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { oneLine } from './sentence.ts'

/** The target did not do its part in a step; the message says how, to be read after the step's name. */
export class StepFailure extends Error {}

const wordsOfCode: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the target',
  UND_ERR_SOCKET: 'connection closed by the target',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'host name not found',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
  EAI_AGAIN: 'host name could not be looked up',
}

/** Says in part of a sentence what went wrong with the target, without stack and on one line. */
export function describeFailure(error: unknown): string {
  if (error instanceof StepFailure) return error.message
  if (error instanceof StreamableHTTPError) return describeHttp(error)
  if (error instanceof McpError) return `answered with ${oneLine(error.message, 200)}`
  if (error instanceof z.core.$ZodError) return 'answered something that is not MCP'
  if (error instanceof SyntaxError) return 'answered something that is not JSON'
  return describeConnection(rootCause(error))
}

function describeHttp(error: StreamableHTTPError): string {
  const detail = error.message.replace(/^Streamable HTTP error: (Error POSTing to endpoint: )?/, '')
  // The SDK's code for an answer of another kind than JSON or an event stream.
  if (error.code === -1) return `answered something that is not MCP: ${oneLine(detail, 200)}`
  const status = `HTTP ${error.code} ${STATUS_CODES[error.code ?? 0] ?? ''}`.trim()
  const reason = reasonInBody(detail)
  return reason === '' ? status : `${status}: ${reason}`
}

const JsonRpcError = z.object({ error: z.object({ message: z.string() }) })

/** The sentence in an error body: ours, JSON-RPC's, or the start of a plain text; nothing of an HTML page. */
function reasonInBody(body: string): string {
  try {
    const json: unknown = JSON.parse(body)
    const own = ErrorAnswer.safeParse(json)
    if (own.success) return oneLine(own.data.error, 200)
    const rpc = JsonRpcError.safeParse(json)
    if (rpc.success) return oneLine(rpc.data.error.message, 200)
  } catch {
    // Not JSON: taken as text below.
  }
  return body.trimStart().startsWith('<') ? '' : oneLine(body, 200)
}

function describeConnection(cause: unknown): string {
  if (!(cause instanceof Error)) return 'failed for an unknown reason'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (cause.name === 'HTTPParserError') return 'answered something that is not HTTP'
  if (cause.message === 'bad port') return 'no HTTP client may use this port: serve MCP on another one'
  const words = wordsOfCode[code] ?? (code.startsWith('ERR_SSL_') ? 'TLS failed' : oneLine(cause.message, 200))
  return code === '' ? words : `${words} (${code})`
}

/** `fetch` hides the reason as the cause of a "fetch failed", and behind two addresses as a list of errors. */
function rootCause(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.cause instanceof Error) return rootCause(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0])
  return error
}
