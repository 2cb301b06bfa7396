import type { ReactNode } from 'react'
import { StatusIcon } from './status-icon.tsx'

/** Why something cannot be shown or done, said aloud; `again` tries once more. */
export function Trouble({ children, again }: { children: ReactNode; again?: () => void }) {
  return (
    <div className="trouble" role="alert">
      <StatusIcon status="warn" />
      <p>{children}</p>
      {again && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

/** Stands where nothing is to be seen yet, or at all. */
export function Nothing({ children, busy = false }: { children: ReactNode; busy?: boolean }) {
  return (
    <p className="empty nothing" aria-busy={busy}>
      {children}
    </p>
  )
}
