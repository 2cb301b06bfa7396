import type { ExportStatusOutput } from '../contract.ts'
import { linkToFile } from '../resources/export-file.ts'
import type { ToolAnswer } from './tool.ts'

/** How an export is, with a link to its file when there is one. */
export function answerOf(status: ExportStatusOutput): ToolAnswer<ExportStatusOutput> {
  const { job_id: jobId, result } = status
  return { output: status, ...(result?.download_url ? { links: [linkToFile(jobId, result)] } : {}) }
}
