import type { OperationOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isOperation } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Link } from '../link.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { usePage } from '../page-context.ts'
import { useAsked } from '../use-asked.ts'
import { useReadOnly } from '../use-read-only.ts'
import type { ViewProps } from '../view.ts'
import { ViewHead } from '../view-head.tsx'
import { OperationProgress } from './operation-progress.tsx'
import { OperationRecord } from './operation-record.tsx'
import { isOver, wordsOf } from './operation-words.ts'

const WHILE_IT_RUNS_MS = 500

/** One operation: how far it is while it runs, what it did afterwards. */
export function OperationView({ route: { operationId } }: ViewProps<'operation'>) {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const { answer, problem, isGone, again } = useAsked<OperationOutput>(
    operationId,
    (stop) => callTool('get_operation', { operation_id: operationId }, isOperation, stop),
    (operation) => (isOver(operation) ? null : WHILE_IT_RUNS_MS),
  )
  const [refused, setRefused] = useState<string | null>(null)

  async function stop() {
    const said = await callTool('cancel_operation', { operation_id: operationId }, isOperation)
    setRefused('problem' in said ? said.problem : null)
    again()
  }

  return (
    <article className="card">
      <ViewHead
        title={answer ? `${wordsOf(answer.kind).verb} in ${answer.queue}` : 'Operation'}
        above={<Link to={{ view: 'operations' }}>Operations</Link>}
      />
      {!answer && !problem && <Nothing busy>Loading …</Nothing>}
      {problem && isGone && <Nothing>{problem}</Nothing>}
      {problem && !isGone && <Trouble again={again}>{problem}</Trouble>}
      {refused && <Trouble>{refused}</Trouble>}
      {answer && (
        <>
          <OperationProgress operation={answer} stop={readOnly || isOver(answer) ? null : () => void stop()} />
          <OperationRecord operation={answer} now={now} />
        </>
      )}
    </article>
  )
}
