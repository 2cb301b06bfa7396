import { useEffect, useEffectEvent, useState } from 'react'
import type { Said } from './ask-api.ts'

/** The last good answer, and how the attempts since then went. */
export interface Asked<T> {
  answer: T | null
  /** Why the last attempt brought nothing; null when it did. */
  problem: string | null
  isGone: boolean
  /** Whether an answer to {@link again} is on its way. */
  isAsking: boolean
  /** Asks once more, now. */
  again(): void
}

interface Kept<T> {
  key: string
  turn: number
  answer: T | null
  problem: string | null
  isGone: boolean
}

const AFTER_PROBLEM_MS = 5000

/**
 * Asks at once, whenever `key` changes, and again after as many milliseconds as `pauseMs` tells from the answer (null: no
 * more), as long as the tab is seen. What was answered for another key is not shown.
 */
export function useAsked<T>(
  key: string,
  ask: (stop: AbortSignal) => Promise<Said<T>>,
  pauseMs: (answer: T) => number | null,
): Asked<T> {
  const [kept, setKept] = useState<Kept<T>>(() => nothingKept(key))
  const [turn, setTurn] = useState(1)
  const askNow = useEffectEvent(ask)
  const pauseAfter = useEffectEvent((said: Said<T>) =>
    'answer' in said ? pauseMs(said.answer) : said.isGone ? null : AFTER_PROBLEM_MS,
  )

  useEffect(() => {
    const keep = (said: Said<T>) =>
      setKept((before) => ({ ...after(before.key === key ? before : nothingKept(key), said), turn }))
    return whileSeen(async (stop) => {
      while (!stop.aborted) {
        const said = await askNow(stop)
        if (stop.aborted) return
        keep(said)
        const pause = pauseAfter(said)
        if (pause === null) return
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    })
  }, [key, turn])

  const shown = kept.key === key ? kept : nothingKept<T>(key)
  return { ...shown, isAsking: kept.turn !== turn, again: () => setTurn((before) => before + 1) }
}

function nothingKept<T>(key: string): Kept<T> {
  return { key, turn: 0, answer: null, problem: null, isGone: false }
}

function after<T>(before: Kept<T>, said: Said<T>): Kept<T> {
  return 'answer' in said
    ? { ...before, answer: said.answer, problem: null, isGone: false }
    : { ...before, problem: said.problem, isGone: said.isGone }
}

/** Runs `work` while the tab is seen, anew each time it is seen again; gives what ends it. */
function whileSeen(work: (stop: AbortSignal) => Promise<void>): () => void {
  let stop = new AbortController()
  const start = () => {
    stop.abort()
    stop = new AbortController()
    // It rejects only because it was stopped.
    if (!document.hidden) work(stop.signal).catch(() => undefined)
  }
  start()
  document.addEventListener('visibilitychange', start)
  return () => {
    document.removeEventListener('visibilitychange', start)
    stop.abort()
  }
}
