import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { ErrorAnswer, type ProbeReason } from '@queue-ops/server/contract'
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { oneLine } from './sentence.ts'

/** The target did not do its part in a step; the message says how, to be read after the step's name. */
export class StepFailure extends Error {
  readonly reason: ProbeReason

  constructor(reason: ProbeReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** The probe could not do its own part, such as read a file with a password: nothing is known of the target. */
export class OwnFault extends Error {}

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
  ENOENT: 'no such program or folder',
  EACCES: 'not allowed to start it',
}

/** What went wrong with the target: a reason for machines, and a part of a sentence without stack and on one line. */
export function asFailure(error: unknown): StepFailure {
  if (error instanceof StepFailure) return error
  if (SdkHttpError.isInstance(error)) return httpFailure(error)
  if (ProtocolError.isInstance(error)) {
    return new StepFailure('protocol_error', `answered with error ${error.code}: ${oneLine(error.message, 200)}`)
  }
  if (SdkError.isInstance(error)) return sdkFailure(error)
  if (error instanceof z.core.$ZodError) return notMcp('answered something that is not MCP')
  if (error instanceof SyntaxError) return notMcp('answered something that is not JSON')
  return connectionFailure(error)
}

const notMcp = (message: string) => new StepFailure('not_mcp', message)

function sdkFailure(error: SdkError): StepFailure {
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return new StepFailure('timeout', 'no answer in time')
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.NotConnected:
      return new StepFailure('unreachable', 'connection closed by the target')
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.ClientHttpUnexpectedContent:
      return notMcp(`answered something that is not MCP: ${oneLine(error.message, 200)}`)
  }
  if (error.cause !== undefined) return asFailure(error.cause)
  return new StepFailure('protocol_error', oneLine(error.message, 200))
}

/** Proxies answer so when the server behind them does not. */
const gatewayStatuses = new Set([502, 503, 504])
const refusingStatuses = new Set([401, 403, 407, 429])

function httpFailure(error: SdkHttpError): StepFailure {
  const { status } = error
  const isRedirect = status >= 300 && status < 400
  const body = typeof error.data['text'] === 'string' ? error.data['text'] : ''
  const told = reasonInBody(isRedirect ? '' : body)
  const message = [`HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim(), told.sentence].filter(Boolean).join(': ')
  if (refusingStatuses.has(status)) return new StepFailure('refused', message)
  if (gatewayStatuses.has(status)) return new StepFailure('unreachable', message)
  return new StepFailure(told.isProtocol || status >= 500 ? 'protocol_error' : 'not_mcp', message)
}

const JsonRpcError = z.object({ error: z.object({ message: z.string() }) })

/** The sentence in an error body: ours, JSON-RPC's, or the start of a plain text; nothing of an HTML page. */
function reasonInBody(body: string): { sentence: string; isProtocol: boolean } {
  try {
    const json: unknown = JSON.parse(body)
    const own = ErrorAnswer.safeParse(json)
    if (own.success) return { sentence: oneLine(own.data.error, 200), isProtocol: false }
    const rpc = JsonRpcError.safeParse(json)
    if (rpc.success) return { sentence: oneLine(rpc.data.error.message, 200), isProtocol: true }
  } catch {
    // Not JSON: taken as text below.
  }
  return { sentence: body.trimStart().startsWith('<') ? '' : oneLine(body, 200), isProtocol: false }
}

function connectionFailure(error: unknown): StepFailure {
  const cause = rootCause(error)
  if (cause instanceof StepFailure) return cause
  if (!(cause instanceof Error)) return new StepFailure('protocol_error', 'failed for an unknown reason')
  if (cause instanceof SyntaxError) return notMcp('answered something that is not JSON')
  if (cause.name === 'HTTPParserError') return notMcp('answered something that is not HTTP')
  if (cause.message === 'bad port') {
    return new StepFailure('unreachable', 'no HTTP client may use this port: serve MCP on another one')
  }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const words = wordsOfCode[code] ?? (code.startsWith('ERR_SSL_') ? 'TLS failed' : oneLine(cause.message, 200))
  return new StepFailure('unreachable', code === '' ? words : `${words} (${code})`)
}

/** `fetch` hides the reason as the cause of a "fetch failed", and behind two addresses as a list of errors. */
function rootCause(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.cause instanceof Error) return rootCause(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0])
  return error
}
