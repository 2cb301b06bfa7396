import type { HandleDeadLettersOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { Dialog } from '../dialog.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { useAsked } from '../use-asked.ts'
import { ConfirmOperation } from './confirm-operation.tsx'
import { wordsOf } from './operation-words.ts'
import { PreviewFacts } from './preview-facts.tsx'
import { preview, type Wanted } from './wanted.ts'

interface Props {
  wanted: Wanted
  now: number
  onClose: () => void
}

/** Choose, see what it means, choose a rate, run: nothing is done before the last step. */
export function OperationDialog({ wanted, now, onClose }: Props) {
  // A token counts once and for a while, so each look is a new preview.
  const [looks, setLooks] = useState(1)
  const { answer, problem } = useAsked<HandleDeadLettersOutput>(
    `preview ${looks}`,
    (stop) => preview(wanted, stop),
    () => null,
  )
  const { verb, one } = wordsOf(wanted.kind)
  const token = answer?.confirm_token ?? null
  return (
    <Dialog title={`${verb} ${one}s of ${wanted.queue}`} onClose={onClose}>
      {!answer && !problem && <Nothing busy>Looking which {one}s that would be …</Nothing>}
      {problem && <Trouble again={() => setLooks(looks + 1)}>{problem}</Trouble>}
      {answer && <PreviewFacts wanted={wanted} preview={answer} now={now} />}
      {answer?.count === 0 && <Nothing>There are no such {one}s any more: nothing to do.</Nothing>}
      {answer && token !== null ? (
        <ConfirmOperation
          key={token}
          wanted={wanted}
          preview={answer}
          token={token}
          onClose={onClose}
          lookAgain={() => setLooks(looks + 1)}
        />
      ) : (
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        </div>
      )}
    </Dialog>
  )
}
