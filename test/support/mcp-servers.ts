import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createMcpHandler, McpServer as ModernServer } from '@modelcontextprotocol/server'
import type { RequestListener } from 'node:http'
import { z } from 'zod'

/** What a tool of these servers answers. */
export type Answer = {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}

/** A tool that takes any arguments. */
export type Tool = (args: Record<string, unknown>) => Promise<Answer>

/** An object, also as text. */
export async function answered(structuredContent: Record<string, unknown>): Promise<Answer> {
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
}

const inputSchema = z.looseObject({})

/** The official SDK of the eras before 2026-07-28, stateless. */
export function legacyMcp(name: string, tools: Record<string, Tool>): RequestListener {
  return async (request, response) => {
    const server = new LegacyServer({ name, version: '1' }, { capabilities: { tools: {} } })
    for (const [name, tool] of Object.entries(tools)) server.registerTool(name, { inputSchema }, tool)
    if (Object.keys(tools).length === 0) offerNothing(server)
    const transport = new StreamableHTTPServerTransport()
    await server.connect(transport as Transport)
    await transport.handleRequest(request, response)
  }
}

/** A server whose list of tools is there and empty. */
function offerNothing(server: LegacyServer): void {
  server.registerTool('gone', {}, () => ({ content: [] })).disable()
}

/** The official SDK of 2026-07-28. `legacy`: what it does with clients of the eras before. */
export function modernMcp(name: string, tools: Record<string, Tool>, legacy: 'reject' | 'stateless'): RequestListener {
  const handler = createMcpHandler(() => modernServer(name, tools), { legacy })
  const listener = toNodeHandler(handler)
  // The types of Node and of the SDK differ in what may be undefined.
  return (request, response) => void listener(request as Parameters<typeof listener>[0], response)
}

export function modernServer(name: string, tools: Record<string, Tool>): ModernServer {
  const server = new ModernServer({ name, version: '1' })
  for (const [name, tool] of Object.entries(tools)) server.registerTool(name, { inputSchema }, tool)
  return server
}
