import { createMCPClient } from '@ai-sdk/mcp'
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio'
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { bareEnvironment, serverProgram } from './program.ts'

/** Where a client finds the server: at an address, or as a program that it starts itself with these settings. */
export type Reach = { url: string } | { env: Record<string, string> }

/** What every client can do, whoever wrote it. */
export interface AnyClient extends AsyncDisposable {
  /** The protocol version that it has settled on. */
  version: string | undefined
  listTools(): Promise<object[]>
  call(name: string, args?: Record<string, unknown>): Promise<Answer>
}

export interface Answer {
  structuredContent?: unknown
  isError?: boolean | undefined
}

const started = (env: Record<string, string>) => ({
  command: process.execPath,
  args: [serverProgram, 'mcp'],
  env: { ...bareEnvironment(), ...env },
  stderr: 'ignore' as const,
})
const endpoint = (url: string) => new URL('/mcp', url)
const me = { name: 'test', version: '1' }

export async function officialV1(reach: Reach): Promise<AnyClient> {
  const client = new Client1(me)
  const transport = 'url' in reach ? new Http1(endpoint(reach.url)) : new Stdio1(started(reach.env))
  let version: string | undefined
  const own = transport as typeof transport & { setProtocolVersion?: (version: string) => void }
  const tell = own.setProtocolVersion?.bind(own)
  own.setProtocolVersion = (chosen) => {
    version = chosen
    tell?.(chosen)
  }
  await client.connect(transport as Parameters<Client1['connect']>[0])
  return {
    version,
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as Answer,
    [Symbol.asyncDispose]: () => client.close(),
  }
}

type Mode = 'legacy' | 'auto' | { pin: string }

export const officialV2 =
  (mode: Mode | null) =>
  async (reach: Reach): Promise<AnyClient> => {
    // By default a server that it has just started is soon taken for one that knows only the older versions.
    const client = new Client2(me, mode === null ? {} : { versionNegotiation: { mode, probe: { timeoutMs: 60_000 } } })
    await client.connect('url' in reach ? new Http2(endpoint(reach.url)) : new Stdio2(started(reach.env)))
    return {
      version: client.getNegotiatedProtocolVersion(),
      listTools: async () => (await client.listTools()).tools,
      call: (name, args = {}) => client.callTool({ name, arguments: args }),
      [Symbol.asyncDispose]: () => client.close(),
    }
  }

/** It would give a server that it has just started one second to answer. */
const patient = (server: ConstructorParameters<typeof StdioMCPTransport>[0]) =>
  Object.assign(new StdioMCPTransport(server), { waitsForProtocolVersionDiscovery: true })

/** An implementation of the protocol of its own, none of the official packages in it. */
export const independent =
  (discovery: boolean) =>
  async (reach: Reach): Promise<AnyClient> => {
    const client = await createMCPClient({
      transport: 'url' in reach ? { type: 'http', url: endpoint(reach.url).href } : patient(started(reach.env)),
      protocolVersionDiscovery: discovery,
    })
    const tools = await client.tools()
    return {
      version: client.initializeResult?.protocolVersion,
      listTools: async () => (await client.listTools()).tools,
      call: async (name, args = {}) =>
        (await tools[name]?.execute(args, { toolCallId: '1', messages: [], context: {} })) as Answer,
      [Symbol.asyncDispose]: () => client.close(),
    }
  }

const LEGACY = '2025-11-25'
const MODERN = '2026-07-28'

/** Every client, with the protocol version that it is to settle on. */
export const clients: Record<string, { connect: (reach: Reach) => Promise<AnyClient>; version: string }> = {
  'the official one of the first generation': { connect: officialV1, version: LEGACY },
  'the official one of the second generation': { connect: officialV2(null), version: LEGACY },
  'the same, choosing by itself': { connect: officialV2('auto'), version: MODERN },
  'the same, pinned to 2026-07-28': { connect: officialV2({ pin: MODERN }), version: MODERN },
  'an independent one that discovers': { connect: independent(true), version: MODERN },
  'an independent one that initializes': { connect: independent(false), version: LEGACY },
}
