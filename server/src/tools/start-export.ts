import { StartExportInput, StartExportOutput } from '../contract.ts'
import type { Exports, StartedExport } from '../exports/exports.ts'
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
    const { jobId, earlier } = await exports.start(input)
    return { output: { job_id: jobId, status: earlier ? 'exists' : 'queued', message: messageFor(jobId, earlier) } }
  },
})

function messageFor(jobId: string, earlier: StartedExport['earlier']): string {
  const ask = `Call get_export_status with job_id "${jobId}"`
  if (!earlier) return `The export is queued. ${ask} until it is completed or failed.`
  const { state, cancelled, fileProblem } = earlier
  const began = 'This idempotency_key was used before, for the same request: that export'
  if (cancelled) return `${began} was cancelled. Choose a new key to start another one.`
  if (state === 'failed') return `${began} has failed. ${ask} for the reason, choose a new key to start another one.`
  if (state === 'completed') return `${began} is completed. ${fileProblem ?? `${ask} for its file.`}`
  return `${began} is ${state}. ${ask} until it is completed or failed.`
}
