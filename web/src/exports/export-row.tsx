import type { ListedExport } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isExportStatus } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Trouble } from '../notice.tsx'
import { counted } from '../numbers.ts'
import { TimeAgo } from '../time-ago.tsx'
import { ExportFile } from './export-file.tsx'
import { RunningExport } from './running-export.tsx'

interface Props {
  listed: ListedExport
  now: number
  readOnly: boolean
  /** After it was changed from here. */
  changed: () => void
}

export function ExportRow({ listed, now, readOnly, changed }: Props) {
  const {
    job_id: id,
    dataset,
    format,
    state,
    cancelled,
    rows,
    schedule,
    created_at: asked,
    finished_at: ended,
  } = listed
  const [problem, setProblem] = useState<string | null>(null)
  const isOver = state === 'completed' || state === 'failed'

  async function cancel() {
    const said = await callTool('cancel_export', { job_id: id }, isExportStatus)
    setProblem('problem' in said ? said.problem : null)
    changed()
  }

  return (
    <li className="export">
      <div className="letter-head">
        <b>
          {dataset}, {format}
        </b>
        <span className={`job-state job-state-${state}`}>{wordOf(state, cancelled)}</span>
        {rows !== null && <span className="hint">{counted(rows, 'row')}</span>}
        {schedule !== null && <span className="hint">by the schedule {schedule}</span>}
        <span className="letter-facts">
          <span className="mono">{id}</span>
          <span aria-hidden="true"> · </span>
          <TimeAgo at={ended ?? asked} now={now} />
        </span>
      </div>
      {problem && <Trouble>{problem}</Trouble>}
      {state === 'active' && <RunningExport jobId={id} name={`${dataset}, ${format}`} />}
      {(state === 'failed' || (state === 'completed' && !cancelled)) && (
        <ExportFile jobId={id} name={dataset} state={state} />
      )}
      {!isOver && !readOnly && (
        <button type="button" className="button button-danger" disabled={cancelled} onClick={() => void cancel()}>
          {cancelled ? 'Being cancelled …' : 'Cancel'}
          <span className="unseen"> the export {id}</span>
        </button>
      )}
    </li>
  )
}

function wordOf(state: ListedExport['state'], cancelled: boolean): string {
  if (!cancelled) return state
  return state === 'completed' ? 'cancelled' : 'being cancelled'
}
