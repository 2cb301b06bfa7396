import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createMcpHandler, McpServer as ServerV2 } from '@modelcontextprotocol/server'
import type { Exports } from '@queue-ops/server/exports'
import type { Log } from '@queue-ops/server/log'
import { legacyServerFactory } from '@queue-ops/server/mcp/legacy-server'
import { modernHandler } from '@queue-ops/server/mcp/modern-handler'
import { modernServerFactory } from '@queue-ops/server/mcp/modern-server'
import { offerResources } from '@queue-ops/server/mcp/offered-resources'
import { offerTools } from '@queue-ops/server/mcp/offered-tools'
import { mountMcp } from '@queue-ops/server/mcp-mount'
import type { Tool } from '@queue-ops/server/tool'
import express, { Router, type RequestHandler } from 'express'

/** The same store call as a plain JSON route: what there is to do at all. */
export function bareRoute(exports: Exports): Router {
  const router = Router()
  router.post('/', express.json(), (req, res, next) => {
    const { job_id: jobId } = req.body as { job_id: string }
    exports.status(jobId, null).then((status) => res.json(status), next)
  })
  return router
}

export function ours(tools: Tool[], log: Log): RequestHandler {
  const offered = offerTools(tools, log)
  const resources = offerResources(nothing, log)
  const offer = { tools: offered, resources, tasks: null }
  const modern = modernHandler(modernServerFactory(offer), resources, log)
  return mountMcp({ tools: offered, legacy: legacyServerFactory(offer), modern, sessions: null }, log).handler
}

const nothing = {
  template: { uriTemplate: 'none://{id}', name: 'none', title: 'None', description: 'There are none.' },
  list: async () => ({ resources: [], nextCursor: null }),
  read: () => null,
  follow: () => null,
}

/** As the examples of the first SDK have it for servers without sessions. */
export function plainV1(tools: Tool[]): Router {
  const router = Router()
  router.post('/', express.json(), (req, res, next) => {
    const server = new ServerV1({ name: 'plain', version: '1' })
    for (const tool of tools) {
      const { title, description, annotations } = tool
      const schemas = { inputSchema: tool.input.shape, outputSchema: tool.output.shape }
      server.registerTool(tool.name, { title, description, annotations: { ...annotations }, ...schemas }, (input) =>
        answer(tool, input),
      )
    }
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    res.on('close', () => void server.close())
    server
      .connect(transport as Transport)
      .then(() => transport.handleRequest(req, res, req.body))
      .catch(next)
  })
  return router
}

/** As the examples of the second SDK have it. */
export function plainV2(tools: Tool[]): Router {
  const handler = createMcpHandler(() => {
    const server = new ServerV2({ name: 'plain', version: '1' })
    for (const tool of tools) {
      const { title, description, annotations } = tool
      const schemas = { inputSchema: tool.input, outputSchema: tool.output }
      server.registerTool(tool.name, { title, description, annotations: { ...annotations }, ...schemas }, (input) =>
        answer(tool, input),
      )
    }
    return server
  })
  const listener = toNodeHandler(handler)
  const router = Router()
  router.post('/', express.json(), (req, res) => listener(req as Parameters<typeof listener>[0], res, req.body))
  return router
}

async function answer(tool: Tool, input: unknown) {
  const nobody = { principal: null, signal: new AbortController().signal, progress: async () => undefined }
  const { output } = await tool.handle(input as Record<string, unknown>, nobody as never)
  return { content: [{ type: 'text' as const, text: JSON.stringify(output) }], structuredContent: output }
}
