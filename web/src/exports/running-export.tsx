import type { ExportStatusOutput } from '@queue-ops/server/contract'
import { span } from '../age.ts'
import { isExportStatus } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { counted, grouped } from '../numbers.ts'
import { ProgressBar } from '../progress-bar.tsx'
import { useAsked } from '../use-asked.ts'

const EVERY_MS = 1000

/** How far an export is that is being written. */
export function RunningExport({ jobId, name }: { jobId: string; name: string }) {
  const { answer } = useAsked<ExportStatusOutput>(
    jobId,
    (stop) => callTool('get_export_status', { job_id: jobId }, isExportStatus, stop),
    ({ state }) => (state === 'active' ? EVERY_MS : null),
  )
  const progress = answer?.progress ?? null
  const percent = progress?.percent ?? null
  return (
    <div className="export-progress">
      <ProgressBar label={`Export ${name}`} part={percent === null ? null : percent / 100} />
      {progress && (
        <p className="hint">
          {progress.total === null
            ? counted(progress.rows, 'row')
            : `${grouped(progress.rows)} of ${counted(progress.total, 'row')}`}
          {progress.seconds_left !== null && `, about ${span(progress.seconds_left)} left`}
        </p>
      )}
    </div>
  )
}
