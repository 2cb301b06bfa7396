import { CLIENT_INFO_META_KEY, Server, type McpServerFactory, type ServerContext } from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { z } from 'zod'
import { readsStreams } from './era.ts'
import { instructionsFor, serverInfo } from './introduction.ts'
import { asTask, serveTasks, taskExtension } from './modern-tasks.ts'
import type { Offer } from './offer.ts'
import { toolCall } from './offered-tools.ts'

/** One for all servers, as in the legacy era. */
const jsonSchemaValidator = new AjvJsonSchemaValidator()

/** In place of the SDK's own, which drops the key "__proto__" without a word. */
const CallParams = z.unknown().transform(toolCall)

/** A client may keep a list for so long: it changes only with the version or the settings of the server. */
const LIST_TTL_MS = 300_000

const kept = { ttlMs: LIST_TTL_MS, cacheScope: 'private' } as const
/** Of what changes with every export. */
const notKept = { ttlMs: 0, cacheScope: 'private' } as const

/**
 * Binds the tool list to protocol version 2026-07-28. The factory gives a fresh server for each connection (stdio) or
 * request (HTTP).
 */
export function modernServerFactory({ tools, resources, tasks }: Offer): McpServerFactory {
  const instructions = instructionsFor(tools)
  return ({ requestInfo }) => {
    const server = new ModernServer(serverInfo, {
      capabilities: { tools: {}, resources: { subscribe: true }, ...(tasks ? { extensions: taskExtension } : {}) },
      instructions,
      jsonSchemaValidator,
      cacheHints: {
        'tools/list': kept,
        'resources/templates/list': kept,
        'resources/list': notKept,
        'resources/read': notKept,
      },
    })
    // Over stdio everybody can be told.
    const hearsProgress = readsStreams(requestInfo?.headers.get('accept') ?? '*/*')
    server.setRequestHandler('tools/list', ({ params }) => tools.list(params))
    server.setRequestHandler('tools/call', { params: CallParams }, async (call, context) => {
      const { signal, _meta, notify } = context.mcpReq
      const progressToken = hearsProgress ? _meta?.progressToken : undefined
      const result = await tools.call(call, {
        signal,
        progressToken,
        notify,
        knowsLinks: true,
        client: clientOf(context),
      })
      return tasks ? asTask(tasks, call.name, result, context) : result
    })
    if (tasks) serveTasks(server, tasks)
    server.setRequestHandler('resources/templates/list', () => resources.templates())
    server.setRequestHandler('resources/list', ({ params }) => resources.list(params))
    server.setRequestHandler('resources/read', ({ params }) => resources.read(params))
    return server
  }
}

const Introduced = z.object({ [CLIENT_INFO_META_KEY]: z.unknown() })

const clientOf = ({ mcpReq }: ServerContext): unknown =>
  Introduced.safeParse(mcpReq.envelope).data?.[CLIENT_INFO_META_KEY]

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
