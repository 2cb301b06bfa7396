import { StartExportInput, StartExportOutput } from '../contract.ts'
import type { Exports, StartedExport } from '../exports/exports.ts'
import type { Call } from './call.ts'
import { startedAnswer } from './started-answer.ts'
import { tellProgress } from './tell-progress.ts'
import type { Tool } from './tool.ts'

export const startExport = (exports: Exports): Tool<typeof StartExportInput, typeof StartExportOutput> => ({
  name: 'start_export',
  title: 'Start an export',
  description:
    'Puts an export of a dataset on the queue and returns its job id at once, or with wait_ms its result when it is done by then; a worker writes the file. Then call wait_for_export with the job id until state is completed or failed. list_datasets tells the datasets and their columns.',
  input: StartExportInput,
  output: StartExportOutput,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async handle({ wait_ms: waitMs = 0, ...request }, call) {
    const { jobId, earlier } = await exports.start(request, call.principal)
    const status = earlier ? 'exists' : 'queued'
    const waited = waitMs > 0 ? await waitFor(exports, jobId, waitMs, call) : null
    if (waited) return startedAnswer(waited, status)
    return { output: { job_id: jobId, status, message: messageFor(jobId, earlier) } }
  },
})

/** Null when it cannot be told how the export is: it was started all the same, which a caller has to know. */
async function waitFor(exports: Exports, jobId: string, timeoutMs: number, call: Call) {
  const patience = { timeoutMs, signal: call.signal, told: tellProgress(call) }
  return exports.wait(jobId, patience, call.principal).catch((error: unknown) => {
    call.log.warn({ event: 'start_not_waited', job_id: jobId, err: error }, 'an export was started, but not waited for')
    return null
  })
}

const wait = (jobId: string) => `Call wait_for_export with job_id "${jobId}"`

function messageFor(jobId: string, earlier: StartedExport['earlier']): string {
  if (!earlier) return `The export is queued. ${wait(jobId)} until it is completed or failed.`
  const ask = `Call get_export_status with job_id "${jobId}"`
  const { state, cancelled, fileProblem } = earlier
  const began = 'This idempotency_key was used before, for the same request: that export'
  if (cancelled) return `${began} was cancelled. Choose a new key to start another one.`
  if (state === 'failed') return `${began} has failed. ${ask} for the reason, choose a new key to start another one.`
  if (state === 'completed') return `${began} is completed. ${fileProblem ?? `${ask} for its file.`}`
  return `${began} is ${state}. ${wait(jobId)} until it is completed or failed.`
}
