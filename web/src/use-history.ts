import type { HistoryResolution, ProbeHistory } from '@queue-ops/server/contract'
import { useEffect, useState } from 'react'
import { askHistory } from './ask-history.ts'

/** The history that was read last, and why a newer one could not be. */
export interface ReadHistory {
  history: ProbeHistory | null
  problem: string | null
}

const nothingRead: ReadHistory = { history: null, problem: null }

/** Reads the history anew whenever `newest`, the time of the last result, changes: otherwise it is the same. */
export function useHistory(
  target: string,
  resolution: HistoryResolution,
  limit: number,
  newest: string | null,
): ReadHistory {
  const [read, setRead] = useState(nothingRead)

  useEffect(() => {
    if (newest === null) return undefined
    const stop = new AbortController()
    askHistory(target, resolution, limit, stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return
        setRead((before) =>
          typeof answer === 'string' ? { ...before, problem: answer } : { history: answer, problem: null },
        )
      },
      () => undefined,
    )
    return () => stop.abort()
  }, [target, resolution, limit, newest])

  return read
}
