import { useEffect, useState } from 'react'
import { followStatus } from './follow-status.ts'
import { readingAtStart, type Reading } from './reading.ts'
import { useStart } from './start.ts'

/** Follows the status while the tab is seen, and at once when it is seen again. `target` is for the probe. */
export function useStatus(target: string | null): Reading {
  const { status, clockAheadMs } = useStart()
  const [reading, setReading] = useState(() => readingAtStart(status, clockAheadMs))

  useEffect(() => {
    let stop = new AbortController()

    function start() {
      stop.abort()
      stop = new AbortController()
      if (!document.hidden) void followStatus(target, status, stop.signal, setReading)
    }

    start()
    document.addEventListener('visibilitychange', start)
    return () => {
      document.removeEventListener('visibilitychange', start)
      stop.abort()
    }
  }, [target, status])

  return reading
}
