import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { POLL_INTERVAL_MS, TASK_TOOL, type ExportTask, type ExportTasks } from './export-tasks.ts'
import { ProtocolMistake } from './protocol-mistake.ts'

/** The extension of 2026-07-28 by which a call may be answered by a task (SEP-2663). */
const EXTENSION = 'io.modelcontextprotocol/tasks'

export const taskExtension = { [EXTENSION]: {} }

const Declared = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ extensions: z.object({ [EXTENSION]: z.unknown() }) }),
})

/** Whether the client of a request knows of tasks: to all others everything is as without them. */
const knowsTasks = ({ mcpReq }: ServerContext): boolean => {
  const { data } = Declared.safeParse(mcpReq.envelope)
  return data !== undefined && data[CLIENT_CAPABILITIES_META_KEY].extensions[EXTENSION] !== undefined
}

const OfTask = z.looseObject({ taskId: z.string() })
const Anything = z.looseObject({})

/** Serves `tasks/get`, `tasks/update` and `tasks/cancel` to clients that have declared the extension. */
export function serveTasks(server: Server, tasks: ExportTasks): void {
  const on = (method: string, work: (taskId: string) => Promise<object>) =>
    server.setRequestHandler(method, { params: OfTask, result: Anything }, async ({ taskId }, context) => {
      if (!knowsTasks(context)) {
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: taskExtension } })
      }
      return { ...(await work(taskId)) }
    })
  on('tasks/get', async (taskId) => {
    const found = await tasks.get(taskId)
    // The SDK completes the results that it sends, and not one that stands in another.
    const result = { resultType: 'complete', ...found.result }
    return { ...described(found), ...(found.task.status === 'completed' ? { result } : {}) }
  })
  on('tasks/cancel', async (taskId) => {
    await tasks.cancel(taskId)
    return {}
  })
  on('tasks/update', async (taskId) => {
    await tasks.get(taskId)
    throw new ProtocolMistake('This task has asked for nothing: an export needs no input.')
  })
}

/** The result of a call, or the task that the call has become for a client that knows of such. */
export async function asTask(
  tasks: ExportTasks,
  tool: string,
  result: CallToolResult,
  context: ServerContext,
): Promise<CallToolResult> {
  if (tool !== TASK_TOOL || !knowsTasks(context)) return result
  const found = await tasks.of(result)
  if (found?.task.status !== 'working') return result
  return { resultType: 'task', ...described(found) } as unknown as CallToolResult
}

const described = ({ task }: ExportTask) => ({ ...task, ttlMs: null, pollIntervalMs: POLL_INTERVAL_MS })
