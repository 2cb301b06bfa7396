import type { ListedExport, ListExportsOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isListOfExports } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Nothing, Trouble } from '../notice.tsx'
import { usePage } from '../page-context.ts'
import { usePages } from '../use-pages.ts'
import { useReadOnly } from '../use-read-only.ts'
import { ViewHead } from '../view-head.tsx'
import { ExportRow } from './export-row.tsx'
import { StartExport } from './start-export.tsx'

const WHILE_ONE_RUNS_MS = 1000
const OTHERWISE_MS = 5000

const isOver = ({ state }: ListedExport) => state === 'completed' || state === 'failed'

/** The exports that run and those that are done, and a form to start one. */
export function ExportsView() {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const [isStarting, setStarting] = useState(false)
  const { answer, problem, again, more } = usePages<ListExportsOutput>(
    'exports',
    (cursor, stop) => callTool('list_exports', cursor === null ? {} : { cursor }, isListOfExports, stop),
    (pages) => (pages.flatMap((page) => page.exports).every(isOver) ? OTHERWISE_MS : WHILE_ONE_RUNS_MS),
  )
  const exports = answer?.pages.flatMap((page) => page.exports) ?? []

  return (
    <article className="card">
      <ViewHead title="Exports">
        {!readOnly && (
          <button
            type="button"
            className="button button-main"
            aria-expanded={isStarting}
            onClick={() => setStarting(!isStarting)}
          >
            Start an export
          </button>
        )}
      </ViewHead>
      {isStarting && (
        <StartExport
          started={() => {
            setStarting(false)
            again()
          }}
        />
      )}
      {problem && <Trouble again={again}>{problem}</Trouble>}
      {!answer && !problem && <Nothing busy>Loading …</Nothing>}
      {answer && exports.length === 0 && <Nothing>No export was asked for yet, or all were removed.</Nothing>}
      <ul className="rows">
        {exports.map((each) => (
          <ExportRow key={each.job_id} listed={each} now={now} readOnly={readOnly} changed={again} />
        ))}
      </ul>
      {answer?.hasMore && (
        <button type="button" className="more" onClick={more}>
          Show older
        </button>
      )}
    </article>
  )
}
