import type { HandleDeadLettersOutput } from '@queue-ops/server/contract'
import { useState, type FormEvent } from 'react'
import { Trouble } from '../notice.tsx'
import { counted } from '../numbers.ts'
import { addressOf } from '../route.ts'
import { goTo } from '../use-place.ts'
import { wordsOf } from './operation-words.ts'
import { RateField, rateOf } from './rate-field.tsx'
import { begin, type Wanted } from './wanted.ts'

interface Props {
  wanted: Wanted
  preview: HandleDeadLettersOutput
  token: string
  onClose: () => void
  lookAgain: () => void
}

/** What has to be typed before anything is deleted. */
const WORD = 'discard'

/** The last step: at which rate, and for what cannot be undone a word. Goes to the operation once it is begun. */
export function ConfirmOperation({ wanted, preview, token, onClose, lookAgain }: Props) {
  const [rate, setRate] = useState('')
  const [word, setWord] = useState('')
  const [isBeginning, setBeginning] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { verb, one } = wordsOf(wanted.kind)
  const isDiscard = wanted.kind === 'discard'
  const ratePerS = rateOf(rate)
  const isReady = ratePerS !== undefined && (!isDiscard || word.trim().toLowerCase() === WORD)

  async function run(event: FormEvent) {
    event.preventDefault()
    if (!isReady || isBeginning) return
    setBeginning(true)
    const said = await begin(wanted, token, ratePerS)
    setBeginning(false)
    if ('problem' in said) return setProblem(said.problem)
    onClose()
    if (said.answer.operation_id) goTo(addressOf({ view: 'operation', operationId: said.answer.operation_id }))
  }

  return (
    <form className="confirm" onSubmit={(event) => void run(event)}>
      <RateField value={rate} onChange={setRate} count={preview.count} />
      {isDiscard && (
        <label className="field">
          <span>
            They are deleted for ever. Type <b>{WORD}</b> to allow it.
          </span>
          <input value={word} onChange={(event) => setWord(event.target.value)} autoComplete="off" spellCheck={false} />
        </label>
      )}
      {problem && <Trouble again={lookAgain}>{problem}</Trouble>}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          className={isDiscard ? 'button button-danger' : 'button button-main'}
          disabled={!isReady || isBeginning}
        >
          {isBeginning ? 'Beginning …' : `${verb} ${counted(preview.count, one)}`}
        </button>
      </div>
    </form>
  )
}
