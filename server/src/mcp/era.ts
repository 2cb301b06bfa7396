import { classifyInboundRequest } from '@modelcontextprotocol/server'

/** The headers by which 2026-07-28 tells what a request is, undefined where there are none (stdio). */
export interface EraHeaders {
  protocolVersion?: string | undefined
  method?: string | undefined
  name?: string | undefined
}

/**
 * Which binding answers a message: `modern` for what claims 2026-07-28 or a later version by itself, and for what is no
 * message at all; `legacy` for all others.
 */
export function eraOf(message: unknown, { protocolVersion, method, name }: EraHeaders = {}): 'legacy' | 'modern' {
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
