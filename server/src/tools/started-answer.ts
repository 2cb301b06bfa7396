import type { ExportStatusOutput, StartExportOutput } from '../contract.ts'
import { isOver } from '../exports/until-over.ts'
import { answerOf } from './status-answer.ts'
import type { ToolAnswer } from './tool.ts'

/** What start_export answers when it has waited, or what the task that it was begun as comes to. */
export function startedAnswer(
  status: ExportStatusOutput,
  began: StartExportOutput['status'] = 'queued',
): ToolAnswer<StartExportOutput> {
  const message = messageAfter(status)
  const now = began === 'queued' ? statusAfter(status) : began
  return { ...answerOf(status), output: { job_id: status.job_id, status: now, message, export: status } }
}

function statusAfter(status: ExportStatusOutput): StartExportOutput['status'] {
  if (!isOver(status)) return 'queued'
  if (status.state === 'failed') return 'failed'
  return status.result ? 'completed' : 'cancelled'
}

function messageAfter(status: ExportStatusOutput): string {
  const { job_id: jobId, state, result } = status
  if (!isOver(status)) {
    return `The export is ${state}. Call wait_for_export with job_id "${jobId}" until it is completed or failed.`
  }
  if (state === 'failed') return 'The export has failed: export.fail_reason says why.'
  return result ? 'The export is completed: export.result is its file.' : 'The export was cancelled.'
}
