import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { ErrorCode, ListToolsRequestSchema, McpError, type CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { z } from 'zod'
import { instructions, serverInfo } from './introduction.ts'
import type { OfferedTools } from './offered-tools.ts'

/** Compiling a validator costs more than a whole call, so all servers share one (docs/decisions/0002). */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** Looser than the SDK's own, which answers wrong arguments with an internal error and a dump. */
const CallRequest = z.object({
  method: z.literal('tools/call'),
  params: z.looseObject({ name: z.unknown(), arguments: z.unknown().optional() }),
})

/**
 * Binds the tool list to the protocol versions up to 2025-11-25. The function it returns gives a fresh server for each
 * connection (stdio) or request (stateless HTTP) and costs next to nothing.
 */
export function legacyServerFactory(tools: OfferedTools): () => Server {
  return () => {
    const server = new Server(serverInfo, { capabilities: { tools: {} }, instructions, jsonSchemaValidator })
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.listed }))
    server.setRequestHandler(
      CallRequest,
      async ({ params }, { signal, _meta, sendNotification }): Promise<CallToolResult> => {
        const answer = tools.call(params, { signal, progressToken: _meta?.progressToken, notify: sendNotification })
        if (!answer) throw new McpError(ErrorCode.InvalidParams, tools.unknownTool(params.name))
        return answer
      },
    )
    return server
  }
}
