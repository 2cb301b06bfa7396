import {
  createMcpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type McpHttpHandler,
  type McpServerFactory,
} from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import type { Log } from '../log.ts'
import { instructions, serverInfo } from './introduction.ts'
import type { OfferedTools } from './offered-tools.ts'

/** One for all servers, as in the legacy era. */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** A client may keep the list for so long: it changes only with the version or the settings of the server. */
const LIST_TTL_MS = 300_000

/**
 * Binds the tool list to protocol version 2026-07-28. The factory gives a fresh server for each connection (stdio) or
 * request (HTTP).
 */
export function modernServerFactory(tools: OfferedTools): McpServerFactory {
  return ({ requestInfo }) => {
    const server = new Server(serverInfo, {
      capabilities: { tools: {} },
      instructions,
      jsonSchemaValidator,
      cacheHints: { 'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' } },
    })
    const hearsProgress = readsStreams(requestInfo)
    server.setRequestHandler('tools/list', () => ({ tools: tools.listed }))
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq: { signal, _meta, notify } }) => {
      const progressToken = hearsProgress ? _meta?.progressToken : undefined
      const answer = tools.call(params, { signal, progressToken, notify })
      if (!answer) throw new ProtocolError(ProtocolErrorCode.InvalidParams, tools.unknownTool(params.name))
      return answer
    })
    return server
  }
}

/** Answers HTTP requests of that version, and no others. */
export function modernHandler(factory: McpServerFactory, log: Log): McpHttpHandler {
  return createMcpHandler(factory, {
    legacy: 'reject',
    onerror: (err) => log.debug({ event: 'mcp_refused', err }, 'a request of a client was refused'),
  })
}

/** Progress makes an answer an event stream; a client that reads only JSON goes without. Over stdio all can be told. */
function readsStreams(request: Request | undefined): boolean {
  const accept = request?.headers.get('accept')
  return accept === undefined || accept === null || /text\/event-stream|\*\/\*/.test(accept)
}
