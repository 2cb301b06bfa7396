import { useEffect, useState } from 'react'
import { askStatus } from './ask-status.ts'
import { afterAnswer, afterMiss, nothingRead, type Reading } from './reading.ts'

const intervalMs = 2000

/** Polls the status while the tab is visible, and at once when it becomes visible again. */
export function useStatus(): Reading {
  const [reading, setReading] = useState(nothingRead)

  useEffect(() => {
    let stop = new AbortController()

    function start() {
      stop.abort()
      stop = new AbortController()
      if (!document.hidden) void poll(stop.signal, setReading)
    }

    start()
    document.addEventListener('visibilitychange', start)
    return () => {
      document.removeEventListener('visibilitychange', start)
      stop.abort()
    }
  }, [])

  return reading
}

async function poll(stop: AbortSignal, update: (change: (reading: Reading) => Reading) => void): Promise<void> {
  while (!stop.aborted) {
    const began = performance.now()
    const answer = await askStatus(stop).catch(() => null)
    // Null or aborted: the tab was hidden meanwhile, which says nothing about the server.
    if (!answer || stop.aborted) return
    update((reading) =>
      'report' in answer
        ? afterAnswer(reading, answer.report, answer.clockAheadMs)
        : afterMiss(reading, answer.problem),
    )
    await pause(intervalMs - (performance.now() - began))
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
