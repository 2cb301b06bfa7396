import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { ListToolsRequestSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { z } from 'zod'
import { instructions, serverInfo } from './introduction.ts'
import { toolCall, type OfferedTools } from './offered-tools.ts'

/** Compiling a validator costs more than a whole call, so all servers share one (docs/decisions/0002). */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** In place of the SDK's own, which answers wrong parameters with a dump. */
const CallRequest = z.object({ method: z.literal('tools/call'), params: z.unknown().transform(toolCall) })

/**
 * Binds the tool list to the protocol versions up to 2025-11-25. The function it returns gives a fresh server for each
 * connection (stdio) or request (stateless HTTP) and costs next to nothing.
 */
export function legacyServerFactory(tools: OfferedTools): () => Server {
  return () => {
    const server = new Server(serverInfo, { capabilities: { tools: {} }, instructions, jsonSchemaValidator })
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => tools.list(params))
    server.setRequestHandler(
      CallRequest,
      ({ params }, { signal, _meta, sendNotification }): Promise<CallToolResult> => {
        const caller = { signal, progressToken: _meta?.progressToken, notify: sendNotification }
        return tools.call(params, caller)
      },
    )
    return server
  }
}
