import type { QueueSnapshot } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isPaused } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Dialog } from '../dialog.tsx'
import { Trouble } from '../notice.tsx'
import { counted } from '../numbers.ts'
import { usePage } from '../page-context.ts'
import { useReadOnly } from '../use-read-only.ts'
import { OperationDialog } from './operation-dialog.tsx'
import type { Wanted } from './wanted.ts'

/** What can be done with a whole queue: let it rest, let it go on, let its delayed jobs go now. */
export function QueueActions({ snapshot }: { snapshot: QueueSnapshot }) {
  const { queue, paused, counts } = snapshot
  const { now } = usePage()
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const [isAsking, setAsking] = useState(false)
  if (useReadOnly()) return null
  return (
    <div className="actions">
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {paused ? 'Resume …' : 'Pause …'}
      </button>
      {counts.delayed > 0 && (
        <button
          type="button"
          className="button"
          onClick={() => setWanted({ kind: 'promote', queue, selection: { filter: {} }, about: 'All delayed jobs' })}
        >
          Promote {counted(counts.delayed, 'delayed job')} …
        </button>
      )}
      {isAsking && <PauseDialog snapshot={snapshot} onClose={() => setAsking(false)} />}
      {wanted && <OperationDialog wanted={wanted} now={now} onClose={() => setWanted(null)} />}
    </div>
  )
}

function PauseDialog({ snapshot, onClose }: { snapshot: QueueSnapshot; onClose: () => void }) {
  const { queue, paused, counts } = snapshot
  const [isCalling, setCalling] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const verb = paused ? 'Resume' : 'Pause'

  async function call() {
    setCalling(true)
    const said = await callTool(paused ? 'resume_queue' : 'pause_queue', { queue }, isPaused)
    setCalling(false)
    if ('problem' in said) setProblem(said.problem)
    else onClose()
  }

  return (
    <Dialog title={`${verb} ${queue}`} onClose={onClose}>
      <p>
        {paused
          ? `Workers take its jobs again: ${counted(counts.waiting + counts.prioritized, 'job')} wait.`
          : `No worker takes a job from it until it is resumed; ${counted(counts.active, 'job')} under way will be finished.`}
      </p>
      {problem && <Trouble>{problem}</Trouble>}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button button-main" disabled={isCalling} onClick={() => void call()}>
          {verb} {queue}
        </button>
      </div>
    </Dialog>
  )
}
