import { createMcpHandler, Server, type McpHttpHandler, type McpServerFactory } from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { z } from 'zod'
import type { Log } from '../log.ts'
import { readsStreams } from './era.ts'
import { instructions, serverInfo } from './introduction.ts'
import { toolCall, type OfferedTools } from './offered-tools.ts'

/** One for all servers, as in the legacy era. */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** In place of the SDK's own, which drops the key "__proto__" without a word. */
const CallParams = z.unknown().transform(toolCall)

/** A client may keep the list for so long: it changes only with the version or the settings of the server. */
const LIST_TTL_MS = 300_000

/**
 * Binds the tool list to protocol version 2026-07-28. The factory gives a fresh server for each connection (stdio) or
 * request (HTTP).
 */
export function modernServerFactory(tools: OfferedTools): McpServerFactory {
  return ({ requestInfo }) => {
    const server = new ModernServer(serverInfo, {
      capabilities: { tools: {} },
      instructions,
      jsonSchemaValidator,
      cacheHints: { 'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' } },
    })
    // Over stdio everybody can be told.
    const hearsProgress = readsStreams(requestInfo?.headers.get('accept') ?? '*/*')
    server.setRequestHandler('tools/list', ({ params }) => tools.list(params))
    server.setRequestHandler('tools/call', { params: CallParams }, (call, { mcpReq: { signal, _meta, notify } }) => {
      const progressToken = hearsProgress ? _meta?.progressToken : undefined
      return tools.call(call, { signal, progressToken, notify })
    })
    return server
  }
}

type WrapHandler = Server['_wrapHandler']

/** Looks at a call before the SDK does, which answers wrong parameters with a dump. */
class ModernServer extends Server {
  protected override _wrapHandler(...[method, handler]: Parameters<WrapHandler>): ReturnType<WrapHandler> {
    const wrapped = super._wrapHandler(method, handler)
    if (method !== 'tools/call') return wrapped
    return async (request, context) => {
      toolCall(request.params)
      return wrapped(request, context)
    }
  }
}

/** Answers HTTP requests of that version, and no others. */
export function modernHandler(factory: McpServerFactory, log: Log): McpHttpHandler {
  return createMcpHandler(factory, {
    legacy: 'reject',
    onerror: (err) => log.debug({ event: 'mcp_refused', err }, 'a request of a client was refused'),
  })
}
