import { createContext, useContext } from 'react'
import { nothingRead, type Reading } from './reading.ts'

/** What all views share. */
export interface PageContext {
  /** The last answer of who serves the page, followed as it changes. */
  reading: Reading
  /** Milliseconds by the clock of who serves the page, anew every second. */
  now: number
}

const Context = createContext<PageContext>({ reading: nothingRead, now: 0 })

export const PageProvider = Context.Provider

export function usePage(): PageContext {
  return useContext(Context)
}
