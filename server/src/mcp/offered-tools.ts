import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Log } from '../log.ts'
import type { CallProgress } from '../tools/call.ts'
import type { Tool } from '../tools/tool.ts'
import { answerCall } from './answer-call.ts'
import { ProtocolMistake } from './protocol-mistake.ts'
import { listTool, type ListedTool } from './listed-tool.ts'

/** The parameters of a `tools/call`. */
export interface ToolCall {
  name: string
  arguments?: Record<string, unknown> | undefined
  /** Whether the client has asked for a task instead of a result (2025-11-25). */
  asTask: boolean
}

/**
 * Takes what came over the wire; to be asked before the SDKs look at it, which answer with a dump of their schemas.
 * @throws ProtocolMistake
 */
export function toolCall(params: unknown): ToolCall {
  const { name, arguments: given, task } = (params ?? {}) as Record<string, unknown>
  if (typeof name !== 'string') throw new ProtocolMistake('A call needs the name of a tool as text in params.name.')
  if (given !== undefined && !isObject(given)) {
    throw new ProtocolMistake(
      'Arguments are an object with a field for each argument: leave them out when there are none.',
    )
  }
  return { name, arguments: given, asTask: task !== undefined }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How the client of a call is reached, the same in both SDKs. */
export interface Caller {
  /** Aborted when the client has gone or has cancelled the call. */
  signal: AbortSignal
  /** Undefined when the client wants to hear of no progress, or cannot on the way that its answer takes. */
  progressToken: string | number | undefined
  notify(notification: ProgressNotification): Promise<void>
  /** Who he is, as he says: his name and version. Undefined when that is not told with a call. */
  client?: unknown
  /** A result with links to resources is a broken one for clients of before 2025-06-18. */
  knowsLinks: boolean
}

export interface ProgressNotification {
  method: 'notifications/progress'
  params: { progressToken: string | number; progress: number; total?: number; message: string }
}

/** The tool list as every protocol era serves it. */
export interface OfferedTools {
  /** @throws ProtocolMistake for a cursor: there is one page of them */
  list(params: { cursor?: string | undefined } | undefined): { tools: ListedTool[] }
  /** @throws ProtocolMistake when there is no such tool; whatever else is wrong is told in the result */
  call(call: ToolCall, caller: Caller): Promise<CallToolResult>
}

/** Made once per process: what is listed is the same for every client. */
export function offerTools(tools: Tool[], log: Log): OfferedTools {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const listed = tools.map(listTool)
  return {
    list(params) {
      if (params?.cursor !== undefined) throw new ProtocolMistake('All tools are on one page: leave the cursor out.')
      return { tools: listed }
    },
    async call({ name, arguments: given = {} }, caller) {
      const tool = byName.get(name)
      if (!tool) {
        const known = [...byName.keys()].join(', ')
        throw new ProtocolMistake(`There is no tool "${name.slice(0, 100)}"; the tools are: ${known}.`)
      }
      const call = {
        principal: null,
        via: viaMcp(caller.client),
        signal: caller.signal,
        progress: progressTo(caller),
        log,
      }
      return answerCall(tool, given, call, caller.knowsLinks)
    },
  }
}

/** So much of what a client calls itself is kept. */
const CLIENT_CHARS = 60

/** What is not seen, with which one name could look like another one. */
const unseen = /\p{C}/gu

function viaMcp(client: unknown): string {
  const { name, version } = (client ?? {}) as Record<string, unknown>
  const said = [name, version].filter((part) => typeof part === 'string' && part !== '')
  return ['mcp', ...said].join(' ').replaceAll(unseen, '').slice(0, CLIENT_CHARS).toWellFormed()
}

function progressTo({ progressToken, notify }: Pick<Caller, 'progressToken' | 'notify'>) {
  return async ({ progress, total, message }: CallProgress): Promise<void> => {
    if (progressToken === undefined) return
    const params = { progressToken, progress, message, ...(total === null ? {} : { total }) }
    // A client that has gone is told nothing; the call hears of that by its signal.
    await notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
