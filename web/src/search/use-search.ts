import { useEffect, useRef, useState } from 'react'
import { isSearchLine } from '../answers.ts'
import { sentenceOf } from '../ask-api.ts'
import { readLines } from './read-lines.ts'
import { afterLine, begun, type SearchState } from './search-state.ts'

interface Search extends SearchState {
  /** Stops looking; what was found stays. */
  giveUp(): void
}

type Update = (change: (before: SearchState) => SearchState) => void

/** Searches at `address`, anew whenever it changes; null: nothing is asked. Who leaves has stopped it. */
export function useSearch(address: string | null): Search | null {
  const [kept, setKept] = useState({ address, state: begun })
  const running = useRef<AbortController | null>(null)

  useEffect(() => {
    if (address === null) return undefined
    const stop = new AbortController()
    running.current = stop
    const update: Update = (change) =>
      setKept((before) => ({ address, state: change(before.address === address ? before.state : begun) }))
    search(address, stop.signal, update).catch((error: unknown) => {
      if (stop.signal.aborted) return
      const why =
        error instanceof TypeError ? 'The server does not answer.' : 'What came is not what this page expects.'
      update((before) => ({ ...before, state: 'broken', why }))
    })
    return () => {
      stop.abort()
      // Looked for once more, it begins again.
      setKept({ address: null, state: begun })
    }
  }, [address])

  if (address === null) return null
  const state = kept.address === address ? kept.state : begun
  const giveUp = () => {
    running.current?.abort()
    setKept({ address, state: { ...state, state: 'given-up' } })
  }
  return { ...state, giveUp }
}

async function search(address: string, signal: AbortSignal, update: Update): Promise<void> {
  const response = await fetch(address, { signal, cache: 'no-store', headers: { accept: 'application/x-ndjson' } })
  if (!response.ok || !response.body) {
    const why = sentenceOf(response.status, await response.json().catch(() => null))
    update((before) => ({ ...before, state: 'broken', why }))
    return
  }
  for await (const text of readLines(response.body)) {
    const line: unknown = JSON.parse(text)
    if (!isSearchLine(line)) throw new SyntaxError('no line of a search')
    if (signal.aborted) return
    update((before) => afterLine(before, line))
  }
  update((before) =>
    before.state === 'running' ? { ...before, state: 'broken', why: 'The search broke off before its end.' } : before,
  )
}
