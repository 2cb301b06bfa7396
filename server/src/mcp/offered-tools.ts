import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Log } from '../log.ts'
import type { CallProgress } from '../tools/call.ts'
import type { Tool } from '../tools/tool.ts'
import { answerCall } from './answer-call.ts'
import { listTool, type ListedTool } from './listed-tool.ts'

/** A `tools/call` as it came over the wire: nothing of it was checked. */
export interface ToolCall {
  name: unknown
  arguments?: unknown
}

/** How the client of a call is reached, the same in both SDKs. */
export interface Caller {
  /** Aborted when the client has gone or has cancelled the call. */
  signal: AbortSignal
  /** Undefined when the client wants to hear of no progress, or cannot on the way that its answer takes. */
  progressToken: string | number | undefined
  notify(notification: ProgressNotification): Promise<void>
}

export interface ProgressNotification {
  method: 'notifications/progress'
  params: { progressToken: string | number; progress: number; total?: number; message: string }
}

/** The tool list as every protocol era serves it. */
export interface OfferedTools {
  listed: ListedTool[]
  /** Gives the result of the call, never a rejection; null when there is no such tool: {@link unknownTool} says so. */
  call(call: ToolCall, caller: Caller): Promise<CallToolResult> | null
  /** One sentence that names the tools there are. */
  unknownTool(name: unknown): string
}

/** Made once per process: what is listed is the same for every client. */
export function offerTools(tools: Tool[], log: Log): OfferedTools {
  const byName = new Map<unknown, Tool>(tools.map((tool) => [tool.name, tool]))
  return {
    listed: tools.map(listTool),
    call({ name, arguments: given = {} }, caller) {
      const tool = byName.get(name)
      if (!tool) return null
      return answerCall(tool, given, { principal: null, signal: caller.signal, progress: progressTo(caller), log })
    },
    unknownTool: (name) =>
      `There is no tool "${String(name).slice(0, 100)}"; the tools are: ${[...byName.keys()].join(', ')}.`,
  }
}

function progressTo({ progressToken, notify }: Caller) {
  return async ({ progress, total, message }: CallProgress): Promise<void> => {
    if (progressToken === undefined) return
    const params = { progressToken, progress, message, ...(total === null ? {} : { total }) }
    // A client that has gone is told nothing; the call hears of that by its signal.
    await notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
