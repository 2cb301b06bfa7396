import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type CallToolResult,
  type CreateTaskResult,
} from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { z } from 'zod'
import { instructionsFor, serverInfo } from './introduction.ts'
import { TASK_TOOL } from './export-tasks.ts'
import { createdTask, refuseTask, serveTasks, taskCapabilities } from './legacy-tasks.ts'
import type { Offer } from './offer.ts'
import { toolCall, type OfferedTools } from './offered-tools.ts'

/** Compiling a validator costs more than a whole call, so all servers share one (docs/decisions/0002). */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** In place of the SDK's own, which answers wrong parameters with a dump. */
const CallRequest = z.object({ method: z.literal('tools/call'), params: z.unknown().transform(toolCall) })

/** Since this version results may have links to resources. */
const LINKS_SINCE = '2025-06-18'

/** How a client of these versions is connected. */
export interface LegacyClient {
  /** The protocol version that was settled on, null when that is not known. */
  version(): string | null
  /** Who it is, when that is known from elsewhere than its `initialize`. */
  client?(): unknown
  /** By which it says of which resources it wants to hear; null when it can be told of none. Reject with ProtocolMistake. */
  subscriptions: { add(uri: string): Promise<void>; remove(uri: string): Promise<void> } | null
}

/** Gives a fresh server for a connection (stdio) or a request (HTTP), which costs next to nothing. */
export type LegacyServerFactory = (client: LegacyClient) => Server

/** Binds the tools and resources to the protocol versions up to 2025-11-25. */
export function legacyServerFactory({ tools, resources, tasks }: Offer): LegacyServerFactory {
  const instructions = instructionsFor(tools)
  return (client) => {
    const { subscriptions } = client
    const capabilities = {
      tools: {},
      resources: subscriptions ? { subscribe: true } : {},
      ...(tasks ? { tasks: taskCapabilities } : {}),
    }
    const server = new Server(serverInfo, { capabilities, instructions, jsonSchemaValidator })
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => withTasks(tools.list(params)))
    server.setRequestHandler(
      CallRequest,
      async ({ params }, { signal, _meta, sendNotification }): Promise<CallToolResult | CreateTaskResult> => {
        if (params.asTask) refuseTask(params.name)
        const knowsLinks = (client.version() ?? '') >= LINKS_SINCE
        const caller = {
          signal,
          progressToken: _meta?.progressToken,
          notify: sendNotification,
          knowsLinks,
          client: client.client?.() ?? server.getClientVersion(),
        }
        const result = await tools.call(params, caller)
        return params.asTask && tasks ? createdTask(tasks, result) : result
      },
    )
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => resources.templates())
    server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => resources.list(params))
    server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => resources.read(params))
    if (tasks) serveTasks(server, tasks)
    if (subscriptions) {
      server.setRequestHandler(SubscribeRequestSchema, ({ params }) => subscriptions.add(params.uri).then(nothing))
      server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => subscriptions.remove(params.uri).then(nothing))
    }
    return server
  }
}

const nothing = () => ({})

/** The list says which tool may be called as a task, which is nothing that later versions know. */
const withTasks = ({ tools }: ReturnType<OfferedTools['list']>) => ({
  tools: tools.map((tool) => (tool.name === TASK_TOOL ? { ...tool, execution: { taskSupport: 'optional' } } : tool)),
})
