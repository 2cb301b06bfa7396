import { CancelExportInput, ExportStatusOutput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import type { Tool } from './tool.ts'

export const cancelExport = (exports: Exports): Tool<typeof CancelExportInput, typeof ExportStatusOutput> => ({
  name: 'cancel_export',
  title: 'Cancel an export',
  description:
    'Stops an export that waits or is being written and removes its unfinished file; one that is over stays as it is. The answer is its status: cancelled is true once it is asked for, state is completed without a result once it has stopped.',
  input: CancelExportInput,
  output: ExportStatusOutput,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  handle: async ({ job_id }, { principal }) => ({ output: await exports.cancel(job_id, principal) }),
})
