import { StartExportInput, StartExportOutput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import type { Tool } from './tool.ts'

export const startExport = (exports: Exports): Tool<typeof StartExportInput, typeof StartExportOutput> => ({
  name: 'start_export',
  title: 'Start an export',
  description:
    'Puts an export of a dataset on the queue and returns its job id at once; a worker writes the file. Then call get_export_status with the job id, every few seconds, until state is completed or failed. list_datasets tells the datasets and their columns.',
  input: StartExportInput,
  output: StartExportOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async handle(input) {
    const jobId = await exports.start(input)
    const message = `The export is queued. Call get_export_status with job_id "${jobId}" until it is completed or failed.`
    return { output: { job_id: jobId, status: 'queued', message } }
  },
})
