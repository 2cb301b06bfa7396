import { useEffect, useState } from 'react'

/** The time in milliseconds, anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)

  useEffect(() => {
    const tick = () => setNow(Date.now())
    const timer = setInterval(tick, 1000)
    // A hidden tab's timers are slowed down, so the age would be wrong for a moment after the return.
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [])

  return now
}
