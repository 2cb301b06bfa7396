import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CancelTaskRequestSchema,
  GetTaskPayloadRequestSchema,
  GetTaskRequestSchema,
  RELATED_TASK_META_KEY,
  type CallToolResult,
  type CreateTaskResult,
  type Task,
} from '@modelcontextprotocol/sdk/types.js'
import { POLL_INTERVAL_MS, refusalOf, TASK_TOOL, type ExportTask, type ExportTasks } from './export-tasks.ts'
import { ProtocolMistake } from './protocol-mistake.ts'

/** Not `list`: without sessions it would be the tasks of all callers, and list_exports tells more. */
export const taskCapabilities = { cancel: {}, requests: { tools: { call: {} } } }

const METHOD_NOT_FOUND = -32_601

/**
 * Serves the tasks of 2025-11-25. Not by the SDK's own store of tasks, which asks it again and again for as long as a client
 * waits.
 */
export function serveTasks(server: Server, tasks: ExportTasks): void {
  server.setRequestHandler(GetTaskRequestSchema, async ({ params }) => listed(await tasks.get(params.taskId)))
  server.setRequestHandler(CancelTaskRequestSchema, async ({ params }) => listed(await tasks.cancel(params.taskId)))
  server.setRequestHandler(GetTaskPayloadRequestSchema, async ({ params: { taskId } }, { signal }) => {
    const { result, task } = await tasks.wait(taskId, signal)
    if (!result) throw new ProtocolMistake(`The task has no result: ${task.statusMessage}`)
    return { ...result, _meta: { [RELATED_TASK_META_KEY]: { taskId } } }
  })
}

/** Refuses a call as a task of a tool that cannot be one. */
export function refuseTask(tool: string): void {
  if (tool === TASK_TOOL) return
  throw new ProtocolMistake(`${tool} cannot be called as a task, only ${TASK_TOOL} can.`, METHOD_NOT_FOUND)
}

/** What a call as a task is answered with. */
export async function createdTask(tasks: ExportTasks, started: CallToolResult): Promise<CreateTaskResult> {
  const task = await tasks.of(started)
  if (!task) throw refusalOf(started)
  return { task: listed(task) }
}

/** The job is kept by how many there are and not for a time, so no end of it can be promised. */
const listed = ({ task }: ExportTask): Task => ({ ...task, ttl: null, pollInterval: POLL_INTERVAL_MS })
