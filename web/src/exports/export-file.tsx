import type { ExportStatusOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isExportStatus } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Nothing, Trouble } from '../notice.tsx'
import { size } from '../numbers.ts'
import { Reason } from '../reason.tsx'
import { useAsked } from '../use-asked.ts'

interface Props {
  jobId: string
  name: string
  state: 'completed' | 'failed'
}

/** What became of an export, asked for only when somebody wants to see it: a list of them would be as many questions. */
export function ExportFile({ jobId, name, state }: Props) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="export-file" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {state === 'failed' ? 'Why' : 'File'}
        <span className="unseen">
          {' '}
          of {name}, {jobId}
        </span>
      </summary>
      {isOpen && <Outcome jobId={jobId} />}
    </details>
  )
}

function Outcome({ jobId }: { jobId: string }) {
  const { answer, problem, again } = useAsked<ExportStatusOutput>(
    jobId,
    (stop) => callTool('get_export_status', { job_id: jobId }, isExportStatus, stop),
    () => null,
  )
  if (problem) return <Trouble again={again}>{problem}</Trouble>
  if (!answer) return <Nothing busy>Loading …</Nothing>
  const { result, fail_reason: why, attempts } = answer
  if (!result) {
    return (
      <>
        <p className="hint">
          After {attempts.made} of {attempts.max} attempts:
        </p>
        <Reason text={why ?? ''} />
      </>
    )
  }
  return (
    <div className="export-outcome">
      {result.download_url === null ? (
        <p>{result.file_problem}</p>
      ) : (
        <a className="button button-main" href={result.download_url} download>
          Download ({size(result.bytes)})
        </a>
      )}
      <p className="hint mono">{result.file}</p>
      {result.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <p className="hint mono">sha256 {result.sha256}</p>
    </div>
  )
}
