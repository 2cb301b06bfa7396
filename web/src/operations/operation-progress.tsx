import type { OperationOutput } from '@queue-ops/server/contract'
import { counted, grouped } from '../numbers.ts'
import { ProgressBar } from '../progress-bar.tsx'
import { isAtOnce, isOver, partOf, stateOf, timeLeft, wordsOf } from './operation-words.ts'

interface Props {
  operation: OperationOutput
  /** Null: it cannot be stopped, or not by whoever looks. */
  stop: (() => void) | null
}

export function OperationProgress({ operation, stop }: Props) {
  const { kind, gone, kept, per_s: perS, cancelled } = operation
  const left = timeLeft(operation)
  return (
    <div className="operation-progress">
      <p className="operation-state" role="status">
        {stateOf(operation)}
      </p>
      {!isAtOnce(operation) && (
        <ProgressBar label={`${wordsOf(kind).verb}: how much is done`} part={partOf(operation)} />
      )}
      <ul className="operation-notes">
        {perS !== null && <li>{perS < 10 ? perS.toFixed(1) : grouped(Math.round(perS))} a second</li>}
        {left && !isOver(operation) && <li>{left} left</li>}
        {gone > 0 && <li>{counted(gone, 'was', 'were')} no longer the same and left alone</li>}
        {kept > 0 && <li>{counted(kept, 'was', 'were')} kept: they have children that are not over</li>}
      </ul>
      {stop && (
        <button type="button" className="button button-danger" disabled={cancelled} onClick={stop}>
          {cancelled ? 'Being stopped …' : 'Stop'}
        </button>
      )}
    </div>
  )
}
