import { ExportStatusOutput, WaitForExportInput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import { answerOf } from './status-answer.ts'
import { readOnly, type Tool } from './tool.ts'
import { tellProgress } from './tell-progress.ts'

export const waitForExport = (exports: Exports): Tool<typeof WaitForExportInput, typeof ExportStatusOutput> => ({
  name: 'wait_for_export',
  title: 'Wait for an export',
  description:
    'Waits until an export is completed or failed and gives its status, or its present one after timeout_s: then call it again. Better than asking get_export_status again and again.',
  input: WaitForExportInput,
  output: ExportStatusOutput,
  annotations: readOnly,
  async handle({ job_id, timeout_s }, call) {
    const patience = { timeoutMs: timeout_s * 1000, signal: call.signal, told: tellProgress(call) }
    return answerOf(await exports.wait(job_id, patience, call.principal))
  },
})
