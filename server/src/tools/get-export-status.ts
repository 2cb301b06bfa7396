import { ExportStatusInput, ExportStatusOutput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import { answerOf } from './status-answer.ts'
import { readOnly, type Tool } from './tool.ts'

export const getExportStatus = (exports: Exports): Tool<typeof ExportStatusInput, typeof ExportStatusOutput> => ({
  name: 'get_export_status',
  title: 'Get the status of an export',
  description:
    'Tells how an export goes: its state, rows written so far, the finished file with its download address and checksum, or why it failed. A failed attempt is retried by itself (state delayed); state failed is final until an operator retries it.',
  input: ExportStatusInput,
  output: ExportStatusOutput,
  annotations: readOnly,
  handle: async ({ job_id }, { principal }) => answerOf(await exports.status(job_id, principal)),
})
