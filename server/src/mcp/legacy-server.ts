import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type CallToolResult,
  type Tool as ListedTool,
} from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { z } from 'zod'
import type { Log } from '../log.ts'
import type { CallProgress } from '../tools/call.ts'
import type { Tool } from '../tools/tool.ts'
import { version } from '../version.ts'
import { answerCall } from './answer-call.ts'

const instructions = `Exports run in the background. 1. list_datasets tells what there is. 2. start_export returns a job_id at once. 3. Call get_export_status with that job_id every few seconds until state is "completed" (result.download_url is the file) or "failed" (fail_reason says why). Use only job ids that start_export returned. When jobs stay "waiting", health_check tells whether any worker is running.`

/** Compiling a validator costs more than a whole call, so all servers share one (docs/decisions/0002). */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** Looser than the SDK's own, which answers wrong arguments with an internal error and a dump. */
const CallRequest = z.object({
  method: z.literal('tools/call'),
  params: z.looseObject({ name: z.unknown(), arguments: z.unknown().optional() }),
})

/**
 * Binds the tool list to the protocol versions up to 2025-11-25. Made once per process: the function it returns gives
 * a fresh server for each connection (stdio) or request (stateless HTTP) and costs next to nothing.
 */
export function legacyServerFactory(tools: Tool[], log: Log): () => Server {
  const listed = tools.map(listTool)
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return () => {
    const server = new Server(
      { name: 'queue-ops', title: 'Queue Ops', version },
      { capabilities: { tools: {} }, instructions, jsonSchemaValidator },
    )
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }))
    server.setRequestHandler(
      CallRequest,
      async ({ params }, { signal, _meta, sendNotification }): Promise<CallToolResult> => {
        const tool = byName.get(String(params.name))
        if (!tool) {
          throw new McpError(
            ErrorCode.InvalidParams,
            `There is no tool "${String(params.name)}"; the tools are: ${[...byName.keys()].join(', ')}.`,
          )
        }
        const token = _meta?.progressToken
        const progress = async ({ progress, total, message }: CallProgress) => {
          if (token === undefined) return
          const params = { progressToken: token, progress, message, ...(total === null ? {} : { total }) }
          // A client that has gone is told nothing; the call hears of that by its signal.
          await sendNotification({ method: 'notifications/progress', params }).catch(() => undefined)
        }
        const call = { principal: null, signal, progress, log }
        return answerCall(tool, params.arguments === undefined ? {} : params.arguments, call)
      },
    )
    return server
  }
}

function listTool({ name, title, description, input, output, annotations }: Tool): ListedTool {
  return {
    name,
    title,
    description,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
    annotations: { title, ...annotations },
  }
}

/** Draft 7, because that is what the validators of these clients compile without further set-up. */
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): ListedTool['inputSchema'] {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io,
    override({ jsonSchema: part }) {
      // A client that knows an older list must not refuse an answer because it says more.
      if (io === 'output' && part.additionalProperties === false) delete part.additionalProperties
    },
  })
  return { ...made, type: 'object' } as ListedTool['inputSchema']
}
