import {
  classifyInboundRequest,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'

/** The headers by which 2026-07-28 tells what a request is, undefined where there are none (stdio). */
export interface EraHeaders {
  protocolVersion?: string | undefined
  method?: string | undefined
  name?: string | undefined
}

export type Era = 'legacy' | 'modern'

/**
 * Which binding answers a message: `modern` for what claims 2026-07-28 or a later version by itself, and for what is no
 * message at all; `legacy` for all others.
 */
export function eraOf(message: unknown, headers: EraHeaders = {}): Era {
  return plainly(message, headers) ?? bySdk(message, headers)
}

/** Of the usual requests, which need no second look; the SDK's takes longer than the call that it is about. */
function plainly(message: unknown, { protocolVersion }: EraHeaders): Era | null {
  if (!isObject(message)) return null
  const { jsonrpc, id, method, params = {} } = message
  const isRequest =
    jsonrpc === '2.0' && typeof method === 'string' && (typeof id === 'string' || typeof id === 'number')
  if (!isRequest || method === 'initialize' || !isObject(params)) return null
  const { _meta: meta = {} } = params
  if (!isObject(meta)) return null
  if (Object.hasOwn(meta, PROTOCOL_VERSION_META_KEY)) return 'modern'
  return protocolVersion === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion) ? 'legacy' : null
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function bySdk(message: unknown, { protocolVersion, method, name }: EraHeaders): Era {
  const { kind } = classifyInboundRequest({
    httpMethod: 'POST',
    body: message,
    ...(protocolVersion === undefined ? {} : { protocolVersionHeader: protocolVersion }),
    ...(method === undefined ? {} : { mcpMethodHeader: method }),
    ...(name === undefined ? {} : { mcpNameHeader: name }),
  })
  return kind === 'legacy' ? 'legacy' : 'modern'
}

/** Whether a client can be told of progress over HTTP: that makes an answer an event stream. */
export const readsStreams = (accept: string): boolean => /text\/event-stream|\*\/\*/.test(accept)
