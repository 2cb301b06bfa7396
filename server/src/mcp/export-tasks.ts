import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { ErrorAnswer, StartExportOutput, type ExportStatusOutput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import { isOver } from '../exports/until-over.ts'
import type { Log } from '../log.ts'
import { startedAnswer } from '../tools/started-answer.ts'
import { resultOf, textOf } from './answer-call.ts'
import { ProtocolMistake } from './protocol-mistake.ts'
import { tellingMistakes } from './telling-mistakes.ts'

/** The tool that can be called as a task. */
export const TASK_TOOL = 'start_export'

/** So often a client may ask; who waits with `tasks/result` or wait_for_export hears of the end at once. */
export const POLL_INTERVAL_MS = 2000

/** Longer than any export may take; the client's request ends before. */
const WAIT_MS = 24 * 3_600_000

/**
 * An export as a task of the protocol, with the same id. It does not fail by itself: an export that has failed is a task that
 * is completed with a result that is an error, since clients take `failed` for a fault of the protocol and show no reason.
 */
export interface ExportTask {
  task: {
    taskId: string
    status: 'working' | 'completed' | 'cancelled'
    statusMessage: string
    /** ISO 8601 */
    createdAt: string
    lastUpdatedAt: string
  }
  /** What the tool has come to, null while the task is at work. */
  result: CallToolResult | null
}

/** Exports as tasks, on any instance, of whichever client began them how. All reject with {@link ProtocolMistake}. */
export interface ExportTasks {
  /**
   * The task of an export that was just started, by what the tool has answered; null when that was a refusal.
   */
  of(started: CallToolResult): Promise<ExportTask | null>
  get(taskId: string): Promise<ExportTask>
  /** Once it is over, or as it is when `signal` aborts. */
  wait(taskId: string, signal: AbortSignal): Promise<ExportTask>
  /** Rejects also when it is over. */
  cancel(taskId: string): Promise<ExportTask>
}

export function exportTasks(exports: Exports, log: Log): ExportTasks {
  // Nobody has to say who he is yet.
  const principal = null
  const taskOf = async (status: ExportStatusOutput): Promise<ExportTask> => {
    const { createdAt, changedAt } = await exports.times(status.job_id, principal)
    return {
      task: {
        taskId: status.job_id,
        ...howItIs(status),
        createdAt: new Date(createdAt).toISOString(),
        lastUpdatedAt: new Date(changedAt).toISOString(),
      },
      result: isOver(status) ? finalResult(status) : null,
    }
  }
  const told = <T>(work: () => Promise<T>) => tellingMistakes(log, 'task', work)
  const get = (taskId: string) => told(async () => taskOf(await exports.status(taskId, principal)))
  return {
    get,
    of: async (started) => (started.isError ? null : get(StartExportOutput.parse(started.structuredContent).job_id)),
    wait: (taskId, signal) =>
      told(async () =>
        taskOf(await exports.wait(taskId, { timeoutMs: WAIT_MS, signal, isEnough: isTaskOver }, principal)),
      ),
    cancel: (taskId) =>
      told(async () => {
        if (isTaskOver(await exports.status(taskId, principal))) {
          throw new ProtocolMistake('The task is over: there is nothing to cancel any more.')
        }
        return taskOf(await exports.cancel(taskId, principal))
      }),
  }
}

/** A task is cancelled as soon as it was asked for, whether or not somebody works on the export still. */
const isTaskOver = (status: ExportStatusOutput) => status.cancelled || isOver(status)

function finalResult(status: ExportStatusOutput): CallToolResult {
  // Whoever knows tasks knows links too.
  return resultOf({ ...startedAnswer(status), isError: status.state === 'failed' }, true)
}

/** Why the tool has refused, for protocols that cannot give its result instead of a task. */
export function refusalOf(started: CallToolResult): ProtocolMistake {
  const { error } = ErrorAnswer.parse(JSON.parse(textOf(started)))
  return new ProtocolMistake(error)
}

function howItIs(status: ExportStatusOutput): Pick<ExportTask['task'], 'status' | 'statusMessage'> {
  const { state, cancelled, progress, fail_reason: reason } = status
  if (cancelled) return { status: 'cancelled', statusMessage: 'The export was cancelled.' }
  if (state === 'failed') return { status: 'completed', statusMessage: reason ?? 'The export has failed.' }
  if (isOver(status)) return { status: 'completed', statusMessage: 'The export is completed.' }
  const rows = progress ? `, ${progress.rows} rows written` : ''
  return { status: 'working', statusMessage: `The export is ${state}${rows}.` }
}
