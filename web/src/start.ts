import type { StatusReport } from '@queue-ops/server/contract'
import { createContext, useContext, useSyncExternalStore } from 'react'

/** What the page begins with: the same for the HTML that the server makes and for the first look of the browser at it. */
export interface Start {
  /** Below the page's own, as `placeOf` reads it. */
  address: string
  /** Null when whoever serves the page makes no HTML: then it has to be asked first. */
  status: StatusReport | null
  /** Milliseconds by the clock of who serves the page. */
  now: number
  /** What to add to this computer's clock to get that one. */
  clockAheadMs: number
}

const Context = createContext<Start>({ address: '', status: null, now: 0, clockAheadMs: 0 })

export const StartProvider = Context.Provider

export function useStart(): Start {
  return useContext(Context)
}

/** False while the HTML of the server is taken over, which must come out the same; true from then on. */
export function useIsTakenOver(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  )
}

const neverChanges = () => () => undefined
