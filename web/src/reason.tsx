import { useState } from 'react'
import { clip } from './clip.ts'

/** Why a job failed: text from a worker, shown as text only, and no longer than needed to recognise it. */
export function Reason({ text }: { text: string }) {
  const [open, setOpen] = useState(false)
  const beginning = clip(text)
  if (text.trim() === '') return <p className="reason none">No reason was recorded.</p>
  return (
    <div className="reason">
      <p>{open ? text : (beginning ?? text)}</p>
      {beginning !== null && (
        <button className="more" type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show all'}
        </button>
      )}
    </div>
  )
}
