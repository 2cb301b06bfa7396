import { useEffect, useState } from 'react'
import { askStatus, type Answer } from './ask-status.ts'
import { afterAnswer, afterMiss, afterWatch, nothingRead, type Reading } from './reading.ts'

const intervalMs = 2000

/** Polls the status while the tab is visible, and at once when it becomes visible again. `target` is for the probe. */
export function useStatus(target: string | null): Reading {
  const [reading, setReading] = useState(nothingRead)

  useEffect(() => {
    let stop = new AbortController()

    function start() {
      stop.abort()
      stop = new AbortController()
      if (!document.hidden) void poll(target, stop.signal, setReading)
    }

    start()
    document.addEventListener('visibilitychange', start)
    return () => {
      document.removeEventListener('visibilitychange', start)
      stop.abort()
    }
  }, [target])

  return reading
}

type Update = (change: (reading: Reading) => Reading) => void

async function poll(target: string | null, stop: AbortSignal, update: Update): Promise<void> {
  let who = 'server'
  while (!stop.aborted) {
    const began = performance.now()
    const answer = await askStatus(target, who, stop).catch(() => null)
    // Null or aborted: the tab was hidden meanwhile, which says nothing about the server.
    if (!answer || stop.aborted) return
    if ('status' in answer) who = 'served_by' in answer.status ? 'probe' : 'server'
    update((reading) => after(reading, answer))
    await pause(intervalMs - (performance.now() - began))
  }
}

function after(reading: Reading, answer: Answer): Reading {
  if ('problem' in answer) return afterMiss(reading, answer.problem)
  const { status, clockAheadMs } = answer
  return 'served_by' in status ? afterWatch(reading, status, clockAheadMs) : afterAnswer(reading, status, clockAheadMs)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
