import { useEffect, useState } from 'react'
import { useStart } from './start.ts'

/** The time in milliseconds by the clock of who serves the page, anew every second. */
export function useNow(clockAheadMs: number): number {
  const { now: atStart } = useStart()
  const [here, setHere] = useState<number | null>(null)

  useEffect(() => {
    const tick = () => setHere(Date.now())
    tick()
    const timer = setInterval(tick, 1000)
    // A hidden tab's timers are slowed down, so the age would be wrong for a moment after the return.
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [])

  return here === null ? atStart : here + clockAheadMs
}
